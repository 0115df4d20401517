/** Whether an agent's identity on an account still serves it: one that has left keeps its row, which names who wrote. */
export const identityStates = { left: 0, serves: 1 } as const
