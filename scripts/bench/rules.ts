// npm run bench -- rules: compares the compiled matcher with scanning all keywords, SQL's LIKE and
// the npm package @monyone/aho-corasick, for a hundred up to a million keywords. A figure counts
// only if each of them finds the same rule as the matcher for every message that it is asked about.
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import SqliteDatabase from 'better-sqlite3'
import type { MessageRuleRow } from '../../entities/index.ts'
import { compileRules, type Matcher } from '../../rules/auto-reply/keyword.ts'
import type { KeyFigure } from './key-figures.ts'
import { machine } from './place.ts'
import { wholeNumber } from './plan.ts'
import { keywords, messages, rulesOf } from './rules-corpus.ts'

type RuleFigures = {
  words: number
  rules: number
  compileMs: number
  megabytes: number
  micros: Record<string, number | null>
}
const length = 100
const warmLaps = 5
const longEnoughMicros = 200_000
// How many texts the slow methods are asked about. It is fewer than for the fast ones, as the
// benchmark would take too long otherwise.
const asked = { scan: 40, like: 5 }
// Up to how many keywords the package @monyone/aho-corasick is measured. It uses objects and maps
// for each state, so a million words would take minutes and gigabytes.
const mostOfPeer = 100_000

export function rulesBench(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({ args, options: { most: { type: 'string', default: '1000000' } } })
  const most = wholeNumber('most', values.most, 1_000_000)
  console.log(
    `${machine()}\nmessages of ${length} characters, every second one with a keyword inside; µs of processor time a message`,
  )
  const all: RuleFigures[] = []
  for (let howMany = 100; howMany <= most; howMany *= 10) {
    all.push(measure(howMany))
    console.log(`  ${howMany.toLocaleString('en')} keywords: each names the same rules`)
  }
  print(all)
  printEvil()
  return Promise.resolve(all.flatMap(figuresOfRules))
}

function figuresOfRules({ words, micros, megabytes }: RuleFigures): KeyFigure[] {
  const figure = (unit: string, digits: number, value: number) => ({
    name: `rules, ${words.toLocaleString('en')} keywords`,
    unit,
    digits,
    values: [value],
  })
  return [
    figure('µs a message', 2, micros['kefu'] ?? NaN),
    figure('times faster than a scan', 0, timesScan(micros)),
    figure('MB', 1, megabytes),
  ]
}

const timesScan = (micros: RuleFigures['micros']) =>
  (micros['scan of all keywords'] ?? NaN) / (micros['kefu'] ?? NaN)

function measure(howMany: number): RuleFigures {
  const words = keywords(howMany)
  const rows = rulesOf(words)
  const texts = messages(words, { howMany: 500, length })
  const short = messages(words, { howMany: 500, length: 12 })
  const before = memory()
  const began = process.cpuUsage()
  const matcher = compileRules(rows)
  const { user, system } = process.cpuUsage(began)
  const compileMs = (user + system) / 1000
  const megabytes = (memory() - before) / 2 ** 20
  const others = [
    openScan(rows),
    openLike(rows),
    ...(howMany <= mostOfPeer ? [openPeer(rows)] : []),
  ]
  for (const { answer, most } of others) agree(matcher, answer, texts.slice(0, most))
  const micros: RuleFigures['micros'] = {
    kefu: time((text) => matcher.text(text, moment), texts),
    'kefu, 12 characters': time((text) => matcher.text(text, moment), short),
  }
  for (const { name, answer, most } of others) {
    micros[name] = time(answer, texts.slice(0, most), most === texts.length)
  }
  for (const { close } of others) close()
  return { words: howMany, rules: rows.length, compileMs, megabytes, micros }
}

const moment = { accountId: 'a', now: 0 }
type RuleFinder = {
  name: string
  answer: (text: string) => string | null
  most: number
  close: () => void
}

function agree(matcher: Matcher, answer: RuleFinder['answer'], texts: string[]): void {
  for (const text of texts) {
    const [mine, other] = [matcher.text(text, moment)?.rule.id ?? null, answer(text)]
    if (mine !== other) {
      throw new Error(`not the same answer to ${text}: ${String(mine)}, ${String(other)}`)
    }
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function memory(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/**
 * The processor time of one call, so that other programs do not matter. After a warm-up it repeats
 * until the time can be measured.
 */
function time(call: (text: string) => unknown, texts: string[], warm = true): number {
  let kept = 0
  const lap = () => {
    for (const text of texts) if (call(text)) kept += 1
  }
  if (warm) for (let n = 0; n < warmLaps; n += 1) lap()
  const began = process.cpuUsage()
  let laps = 0
  let spent = 0
  while (spent < longEnoughMicros) {
    lap()
    laps += 1
    const { user, system } = process.cpuUsage(began)
    spent = user + system
  }
  if (kept < 0) throw new Error('never')
  return spent / (laps * texts.length)
}

type Word = { word: string; rule: MessageRuleRow; rank: number }
const wordsOf = (rows: MessageRuleRow[]): Word[] =>
  rows.flatMap((rule, rank) =>
    (JSON.parse(rule.keywords) as string[]).map((word) => ({ word, rule, rank })),
  )

/**
 * Finds the rule that answers a text by a second, simple implementation of the order of rules, to
 * compare the product's matcher with.
 */
function best(found: Iterable<Word>, text: string): string | null {
  let first: Word | null = null
  for (const one of found) {
    if (one.rule.match_kind === 'exact' ? one.word !== text : !text.includes(one.word)) continue
    if (first === null || before(one, first)) first = one
  }
  return first?.rule.message_rule_id ?? null
}

function before(a: Word, b: Word): boolean {
  if (a.rule.match_kind !== b.rule.match_kind) return a.rule.match_kind === 'exact'
  if (a.rule.priority !== b.rule.priority) return a.rule.priority > b.rule.priority
  return a.word.length === b.word.length ? a.rank < b.rank : a.word.length > b.word.length
}

function openScan(rows: MessageRuleRow[]): RuleFinder {
  const words = wordsOf(rows)
  return {
    name: 'scan of all keywords',
    answer: (text) => best(words, text),
    most: asked.scan,
    close: () => undefined,
  }
}

function openLike(rows: MessageRuleRow[]): RuleFinder {
  const database = new SqliteDatabase(':memory:')
  database.exec('create table keyword (word text not null, row integer not null)')
  const words = wordsOf(rows)
  const add = database.prepare('insert into keyword values (?, ?)')
  database.transaction(() => {
    words.forEach(({ word }, at) => add.run(word, at))
  })()
  const find = database.prepare("select row from keyword where ? like '%' || word || '%'").pluck()
  const found = (text: string) => (find.all(text) as number[]).flatMap((at) => words[at] ?? [])
  return {
    name: 'SQL LIKE (SQLite, in memory)',
    answer: (text) => best(found(text), text),
    most: asked.like,
    close: () => {
      database.close()
    },
  }
}

type Peer = new (words: string[]) => { matchInText: (text: string) => { keyword: string }[] }

/**
 * Prepares the package @monyone/aho-corasick. It only finds keywords; choosing the rule among them
 * is added here, as any user of it would have to.
 */
function openPeer(rows: MessageRuleRow[]): RuleFinder {
  const load = createRequire(import.meta.url)
  const { AhoCorasick } = load('@monyone/aho-corasick/fast') as { AhoCorasick: Peer }
  const of = new Map(wordsOf(rows).map((word) => [word.word, word]))
  const peer = new AhoCorasick([...of.keys()])
  return {
    name: '@monyone/aho-corasick',
    most: 500,
    close: () => undefined,
    answer: (text) =>
      best(
        peer.matchInText(text).flatMap(({ keyword }) => of.get(keyword) ?? []),
        text,
      ),
  }
}

function print(all: RuleFigures[]): void {
  const row = (name: string, cells: string[]) => {
    console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(12)).join(''))
  }
  row('\nkeywords', ['', ...all.map(({ words }) => words.toLocaleString('en'))].slice(1))
  row(
    'rules',
    all.map(({ rules }) => rules.toLocaleString('en')),
  )
  row(
    'compile, ms of processor time',
    all.map(({ compileMs }) => compileMs.toFixed(0)),
  )
  row(
    'memory, MB',
    all.map(({ megabytes }) => megabytes.toFixed(1)),
  )
  for (const name of Object.keys(all[0]?.micros ?? {})) {
    row(
      `${name}, µs`,
      all.map(({ micros }) => micros[name]?.toFixed(micros[name] < 100 ? 2 : 0) ?? '–'),
    )
  }
  row(
    'scan / kefu',
    all.map(({ micros }) => timesScan(micros).toFixed(0)),
  )
}

/**
 * Measures the product's matcher with patterns that an admin might write and that V8's own regular
 * expressions would practically never finish.
 */
function printEvil(): void {
  const text = `${'a'.repeat(50_000)}!`
  for (const pattern of ['(a+)+$', '(a|aa)+$', '(a*)*b']) {
    const row = {
      ...rulesOf(['a'])[0],
      match_kind: 'regex',
      keywords: '[]',
      pattern,
    } as MessageRuleRow
    const matcher = compileRules([row])
    const began = performance.now()
    const found = matcher.text(text, moment)
    console.log(
      `${pattern} on 50,000 characters, the first time: ${(performance.now() - began).toFixed(1)} ms${found ? ', matches' : ''}`,
    )
  }
}
