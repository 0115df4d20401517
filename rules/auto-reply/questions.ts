// Groups questions that no rule answered when they ask nearly the same thing. Two texts are similar
// if they share many pairs of neighbouring characters.
export type UnansweredQuestion = {
  text: string
  folded: string
  times: number
  firstAt: number
  lastAt: number
  hash: string
}
export type QuestionGroup = {
  text: string
  times: number
  firstAt: number
  lastAt: number
  texts: { text: string; times: number }[]
  keyword: string | null
  hashes: string[]
}

const alike = 0.5
const mostTexts = 10

/**
 * Groups questions that resemble each other, the most frequent first. Each question joins the first
 * group whose first question it resembles.
 */
export function groupQuestions(questions: UnansweredQuestion[], most: number): QuestionGroup[] {
  const groups: (QuestionGroup & { pairs: Set<string>; all: string[] })[] = []
  for (const one of questions) {
    const pairs = pairsOf(one.folded)
    const group = groups.find((other) => likeness(pairs, other.pairs) >= alike)
    if (!group) {
      groups.push({
        text: one.text,
        times: one.times,
        firstAt: one.firstAt,
        lastAt: one.lastAt,
        texts: [{ text: one.text, times: one.times }],
        keyword: null,
        hashes: [one.hash],
        pairs,
        all: [one.folded],
      })
      continue
    }
    group.times += one.times
    group.firstAt = Math.min(group.firstAt, one.firstAt)
    group.lastAt = Math.max(group.lastAt, one.lastAt)
    group.hashes.push(one.hash)
    group.all.push(one.folded)
    if (group.texts.length < mostTexts) group.texts.push({ text: one.text, times: one.times })
  }
  return groups
    .sort((a, b) => b.times - a.times)
    .slice(0, most)
    .map(({ all, text, times, firstAt, lastAt, texts, hashes }) => ({
      text,
      times,
      firstAt,
      lastAt,
      texts,
      hashes,
      keyword: sharedWord(all),
    }))
}

function pairsOf(text: string): Set<string> {
  const chars = Array.from(text)
  return new Set(
    chars.length < 2 ? chars : chars.slice(1).map((char, at) => (chars[at] ?? '') + char),
  )
}

/**
 * How similar two texts are, from 0 to 1: the number of pairs of neighbouring characters that both
 * contain, as a fraction of all pairs of the shorter text.
 */
function likeness(one: Set<string>, other: Set<string>): number {
  const [few, many] = one.size < other.size ? [one, other] : [other, one]
  let shared = 0
  for (const pair of few) if (many.has(pair)) shared += 1
  return few.size === 0 ? 0 : shared / few.size
}

/**
 * The longest piece of text that all questions contain; it is suggested as the keyword of a new
 * rule.
 */
function sharedWord(texts: string[]): string | null {
  const [first = '', ...rest] = texts.toSorted((a, b) => a.length - b.length)
  const chars = Array.from(first)
  for (let length = Math.min(chars.length, 12); length >= 2; length -= 1) {
    for (let at = 0; at + length <= chars.length; at += 1) {
      const word = chars.slice(at, at + length).join('')
      if (rest.every((text) => text.includes(word))) return word
    }
  }
  return null
}
