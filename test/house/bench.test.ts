// What the benchmarks check before they print a figure, tried on records that are right or wrong.
import assert from 'node:assert/strict'
import test from 'node:test'
import { arrivalFaults, type SentReply } from '../../scripts/bench/replies.ts'
import type { Arrival } from '../../scripts/bench/wechat-side.ts'

const talk = { sessionId: 's', appid: 'wx', openid: 'oOne', token: 't' }
const sent = (text: string, seq: number): SentReply => ({
  text,
  talk,
  seq,
  ...{ due: 0, asked: 0, answered: 0 },
})
const arrivalsOf = (...texts: string[]): Arrival[] =>
  texts.map((text, n) => ({ text, openid: 'oOne', at: 0, n, answered: true }))

const both = [sent('first', 2), sent('second', 3)]

void test('the benchmark of replies finds nothing wrong if each reply has arrived once and in order', () => {
  assert.deepEqual(arrivalFaults(both, arrivalsOf('first', 'second')), [])
})

for (const [what, texts, fault] of [
  ['is missing', ['first'], '1 replies did not arrive'],
  ['arrived twice', ['first', 'second', 'second'], '1 replies arrived again'],
  ['was sent by nobody', ['first', 'second', 'x'], '1 messages arrived that nobody sent'],
  [
    'came too late',
    ['second', 'first'],
    '1 replies arrived after a later one to the same customer',
  ],
] as const) {
  void test(`the benchmark of replies prints no figures if a reply ${what}`, () => {
    assert.ok(arrivalFaults(both, arrivalsOf(...texts)).includes(fault))
  })
}
