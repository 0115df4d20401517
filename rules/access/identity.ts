/**
 * Values of `state` in an agent's row for one account: whether the agent still serves that account.
 * When they stop, the row is kept, because older lines name their author by it.
 */
export const identityStates = { left: 0, serves: 1 } as const
