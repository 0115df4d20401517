// Keywords and messages that can be generated again: Chinese words of two to seven characters,
// common characters more often.
import type { MessageRuleRow } from '../../entities/index.ts'

const common =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经' +
  '十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线' +
  '内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老' +
  '头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济'

export type Random = () => number

export function openRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const some = (random: Random, length: number) =>
  Array.from({ length }, () => common[Math.floor(random() ** 2 * common.length)] ?? '').join('')

export function keywords(howMany: number): string[] {
  const random = openRandom(7)
  const all = new Set<string>()
  while (all.size < howMany) all.add(some(random, 2 + Math.floor(random() * 6)))
  return [...all]
}

/** Makes messages like those of followers; every second one contains a keyword. */
export function messages(
  words: string[],
  { howMany, length }: { howMany: number; length: number },
): string[] {
  const random = openRandom(11)
  return Array.from({ length: howMany }, (_, n) => {
    const text = some(random, length)
    const word = n % 2 === 0 ? (words[Math.floor(random() * words.length)] ?? '') : ''
    const at = Math.floor(random() * (length - word.length))
    return text.slice(0, at) + word + text.slice(at + word.length)
  })
}

const perRule = 200

/**
 * Makes rules of 200 keywords each, or of fewer so that there are at least a hundred rules. They
 * have three priorities, and a tenth require the whole text.
 */
export function rulesOf(words: string[]): MessageRuleRow[] {
  const each = Math.max(1, Math.min(perRule, Math.floor(words.length / 100)))
  return Array.from({ length: Math.ceil(words.length / each) }, (_, n) => ({
    message_rule_id: String(n).padStart(32, '0'),
    company_id: 'c',
    account_id: null,
    name: `rule ${n}`,
    enabled: 1,
    priority: n % 3,
    match_kind: n % 10 === 9 ? 'exact' : 'contains',
    keywords: JSON.stringify(words.slice(n * each, (n + 1) * each)),
    pattern: null,
    action: JSON.stringify({ kind: 'text', text: `answer ${n}` }),
    schedule: null,
    add_time: 0,
    update_time: 0,
  })).sort((a, b) => b.priority - a.priority)
}
