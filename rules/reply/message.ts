// The numbers that a message is stored with, by their names: who wrote it, and of what type it is.

/** opercode. */
export const writtenBy = {
  agent: 1,
  customer: 2,
  /** A supervisor or an admin who interjects. */
  supervisor: 3,
  /** Of a group chat. */
  member: 4,
  /** What happened, and what colleagues note. */
  system: 5,
  /** What answers or speaks by itself. */
  rule: 6,
} as const

/** message_type. An event, and what we do not understand, is 0. */
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
