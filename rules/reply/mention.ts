// Whom does a note name? `@12` standing alone, not the tail of an address.
const named = /(?<![\w@.])@(\d{1,9})(?![\w@]|\.\w)/g

export const mentionsIn = (text: string): number[] => [
  ...new Set([...text.matchAll(named)].map(([, uid]) => Number(uid))),
]
