// Names for the numbers of the API that the console needs. All of them are in docs/glossary.md, and
// the types of lines in docs/messages.md.
import type { Grade } from 'kefu-wire'

/** The numbers in `opercode`, which says who wrote a line. */
export const writtenBy = { agent: 1, supervisor: 3, rule: 6 } as const
/** The numbers in `messageType`, which says of what type a line is. */
export const messageTypes = { text: 1 } as const
/** The numbers with which a session is graded, best first. */
export const grades = { good: 1, medium: 2, bad: 3 } as const satisfies Record<string, Grade>
