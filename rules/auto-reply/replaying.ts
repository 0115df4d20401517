// A replay tells what changed rules would have answered to messages that followers really wrote. It
// counts message by message and keeps a few examples of each kind.
import type { Found, Matcher } from './keyword.ts'
import type { Moment, Rule } from './rule.ts'

type Sample = { text: string; before: string | null; after: string | null }
type CountedChange = { count: number; samples: Sample[] }
export type ReplayResult = {
  messages: number
  /**
   * How often each rule would have answered, and how often it answered before the change
   * (`before`). Rules that would never have answered are listed too.
   */
  hits: { id: string; name: string; hits: number; before: number }[]
  /**
   * The percentage of messages that a rule answered before the change, and that a rule would answer
   * after it. The default rule does not count.
   */
  coverage: { before: number; after: number }
  newlyAnswered: CountedChange
  /**
   * Messages that one rule answered before the change, and that another rule or none would answer
   * after it. An admin should look at these.
   */
  newlyWrong: CountedChange
}
export type Tallying = { add: (text: string, moment: Moment) => void; result: () => ReplayResult }

const mostSamples = 50
const longestSample = 200

export function openReplayTally(before: Matcher, after: Matcher): Tallying {
  const hits = { before: new Map<string, number>(), after: new Map<string, number>() }
  const [newlyAnswered, newlyWrong]: [CountedChange, CountedChange] = [
    { count: 0, samples: [] },
    { count: 0, samples: [] },
  ]
  const answered = { before: 0, after: 0 }
  let messages = 0

  return {
    add: (text, moment) => {
      const [was, is] = [before.text(text, moment), after.text(text, moment)]
      messages += 1
      count(hits.before, was)
      count(hits.after, is)
      if (answers(was)) answered.before += 1
      if (answers(is)) answered.after += 1
      if (!answers(was) && answers(is)) note(newlyAnswered, text, { was, is })
      else if (answers(was) && was?.rule.id !== is?.rule.id) note(newlyWrong, text, { was, is })
    },
    result: () => ({
      messages,
      newlyAnswered,
      newlyWrong,
      coverage: {
        before: share(answered.before, messages),
        after: share(answered.after, messages),
      },
      hits: after.rules
        .filter(isForTexts)
        .map((rule) => ({
          id: rule.id,
          name: rule.name,
          hits: hits.after.get(rule.id) ?? 0,
          before: hits.before.get(rule.id) ?? 0,
        }))
        .sort((a, b) => b.hits - a.hits),
    }),
  }
}

const isForTexts = ({ kind }: Rule) => kind !== 'subscribe' && kind !== 'scan' && kind !== 'menu'
const answers = (found: Found | null) => found !== null && found.rule.kind !== 'default'
const share = (some: number, all: number) =>
  all === 0 ? 0 : Math.round((some / all) * 10_000) / 100

function count(hits: Map<string, number>, found: Found | null): void {
  if (found) hits.set(found.rule.id, (hits.get(found.rule.id) ?? 0) + 1)
}

function note(
  told: CountedChange,
  text: string,
  { was, is }: { was: Found | null; is: Found | null },
): void {
  told.count += 1
  if (told.samples.length < mostSamples) {
    told.samples.push({
      text: Array.from(text).slice(0, longestSample).join(''),
      before: was?.rule.name ?? null,
      after: is?.rule.name ?? null,
    })
  }
}
