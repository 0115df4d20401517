/**
 * Whether the agent still serves the account. If not, the row stays, because older lines name their
 * author by it.
 */
export const identityStates = { left: 0, serves: 1 } as const
