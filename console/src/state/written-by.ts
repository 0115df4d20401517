// Who wrote a line: the numbers of `opercode` that matter here, by their names (docs/glossary.md has them all).
export const writtenBy = { agent: 1, supervisor: 3, rule: 6 } as const
/** And of what type it is: `messageType`. */
export const messageTypes = { text: 1 } as const
