// Names for the stored numbers that the console needs. These are values of `opercode`, which says who
// wrote a line (docs/glossary.md lists all of them).
export const writtenBy = { agent: 1, supervisor: 3, rule: 6 } as const
/** Values of `messageType`, the type of a line. */
export const messageTypes = { text: 1 } as const
