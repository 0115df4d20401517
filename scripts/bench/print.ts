import type { Counted } from './count.ts'
import { median } from './place.ts'
import type { Mode } from './pushes.ts'
import type { Step } from './steps.ts'
import type { Heard } from './wrk.ts'

export const servers = ['bare', 'wechat', 'kefu'] as const
export type Server = typeof servers[number]
export type Round = Record<Server, Heard>

const names: Record<Server, string> = {
  bare: 'node:http, answers success', wechat: 'wechat + express 5, stores nothing', kefu: 'kefu, stored before it answers',
}
const heads = ['requests/s', 'p50 ms', 'p99 ms', 'of bare', 'lowest', 'highest']
const perSecond = (heard: Heard) => heard.ok / heard.seconds
const cell = (value: string, width = 10) => value.padStart(width)

export function printCounted({ stored, least, most, sessions, faults }: Counted, mode: Mode): void {
  const verdict = faults.length === 0 ? 'one per follower, their lines numbered without a gap' : 'but faulty'
  console.log(`  ${mode}: ${stored} pushes in the file, between ${least} surely answered and ${most} sent;`
    + ` ${sessions} open sessions, ${verdict}`)
}

export function printMode(mode: Mode, rounds: Round[]): void {
  console.log(`\n${mode.padEnd(36)}${heads.map((one) => cell(one)).join('')}`)
  for (const server of servers) {
    const heard = rounds.map((round) => round[server])
    const ratios = rounds.map((round) => perSecond(round[server]) / perSecond(round.bare))
    console.log(names[server].padEnd(36) + [
      median(heard.map(perSecond)).toFixed(0),
      median(heard.map(({ p50 }) => p50)).toFixed(2), median(heard.map(({ p99 }) => p99)).toFixed(2),
      median(ratios).toFixed(3), Math.min(...ratios).toFixed(3), Math.max(...ratios).toFixed(3),
    ].map((one) => cell(one)).join(''))
  }
  const toWechat = rounds.map((round) => perSecond(round.kefu) / perSecond(round.wechat))
  const [least, most] = [Math.min(...toWechat).toFixed(2), Math.max(...toWechat).toFixed(2)]
  console.log(`kefu answers ${median(toWechat).toFixed(2)} times as many as wechat (${least} to ${most})`)
}

export function printSteps(steps: Step[]): void {
  console.log('\nOne step alone, in a loop             µs each')
  for (const { name, micros } of steps) console.log(name.padEnd(36) + cell(micros.toFixed(2)))
}
