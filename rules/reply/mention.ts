// Finds the people a note mentions: `@12` standing alone, but not the end of an e-mail address.
const named = /(?<![\w@.])@(\d{1,9})(?![\w@]|\.\w)/g

export const mentionsIn = (text: string): number[] => [
  ...new Set([...text.matchAll(named)].map(([, uid]) => Number(uid))),
]
