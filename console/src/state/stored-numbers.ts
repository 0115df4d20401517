// Names for the numbers of the API that the console needs; docs/glossary.md has them all.
import type { Grade } from 'kefu-wire'

/** Who wrote a line: `opercode`. */
export const writtenBy = { agent: 1, supervisor: 3, rule: 6 } as const
/** Of what type a line is: `messageType`. */
export const messageTypes = { text: 1 } as const
/** How a session is graded, best first. */
export const grades = { good: 1, medium: 2, bad: 3 } as const satisfies Record<string, Grade>
