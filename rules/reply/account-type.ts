// What followers meet: the number that an account is stored with, by its name.
export const accountTypes = { official: 1, miniProgram: 2 } as const
export type AccountType = (typeof accountTypes)[keyof typeof accountTypes]

/** A mini program takes no answer with its push, and shows no agent's name. */
export const isMiniProgram = (account: { type: number }) =>
  account.type === accountTypes.miniProgram
