// Names for the numbers that are stored with a message: who wrote it, and of what type it is.

/** Who wrote a line, as it is stored in the column `opercode`. */
export const writtenBy = {
  agent: 1,
  customer: 2,
  /** A supervisor or an admin wrote the line in a session that is not theirs. */
  supervisor: 3,
  /** A member of a group chat wrote the line. */
  member: 4,
  /** The line is a remark of the system about the session, or a note among colleagues. */
  system: 5,
  /** The line was written by whatever answers automatically, such as a rule. */
  rule: 6,
} as const

/** Values of the column `message_type`. Events, and messages we do not understand, have 0. */
export const messageTypes = {
  other: 0,
  event: 0,
  text: 1,
  image: 2,
  voice: 3,
  video: 4,
  location: 5,
  link: 6,
  news: 7,
  article: 7,
  file: 8,
  menu: 9,
  miniprogram: 10,
} as const
