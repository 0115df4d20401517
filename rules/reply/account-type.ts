// Names for the numbers that say what kind of account it is at WeChat.
export const accountTypes = { official: 1, miniProgram: 2 } as const
export type AccountType = (typeof accountTypes)[keyof typeof accountTypes]

/** Mini programs accept no passive reply, and do not show the name of the agent who writes. */
export const isMiniProgram = (account: { type: number }) =>
  account.type === accountTypes.miniProgram
