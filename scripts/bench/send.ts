// npm run bench -- send: how long it takes from an agent's reply until WeChat has it, in both
// editions, also while the calls of one account hang; and how fast many replies at once are sent.
import { parseArgs } from 'node:util'
import type { Edition } from '../services/editions.ts'
import { removeDir } from '../services/places.ts'
import { openCluster } from './cluster.ts'
import type { KeyFigure } from './key-figures.ts'
import { freshDirOnDisk, fsyncMs, machine, median, range } from './place.ts'
import { leaveNothing, readEditions, wholeNumber } from './plan.ts'
import type { Latency } from './replies.ts'
import {
  accounts,
  agentsAnswering,
  many,
  perSecond,
  repliesToOne,
  sendRound,
  type SendRound,
} from './send-round.ts'

type SendRounds = { edition: Edition; rounds: SendRound[] }

/** In ms: how long a reply may take, and how much later it may arrive because another account hangs. */
const goals = { p50: 10, p99: 50, later: 100 }

export async function sendBench(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      warm: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '20' },
      editions: { type: 'string', default: 'embedded,cluster' },
      profile: { type: 'string' },
    },
  })
  const rounds = wholeNumber('rounds', values.rounds, 50)
  const warm = wholeNumber('warm', values.warm, 60)
  const seconds = wholeNumber('seconds', values.seconds, 60)
  const done = readEditions(values.editions).map((edition): SendRounds => ({ edition, rounds: [] }))
  const dir = freshDirOnDisk()
  leaveNothing(dir)
  const cluster = done.some(({ edition }) => edition === 'cluster') ? await openCluster(dir) : null
  try {
    console.log(
      `${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms\n` +
        `${rounds} rounds of ${seconds} s and again ${seconds} s after ${warm} s of warming; ` +
        `${perSecond} replies a second by ${agentsAnswering} agents to customers of ${accounts.length} accounts`,
    )
    const plan = { dir, cluster, warm, seconds, profile: values.profile }
    for (let n = 1; n <= rounds; n++) {
      for (const { edition, rounds: own } of done) {
        own.push(await sendRound(edition, plan))
        console.log(
          `  ${edition}, round ${n}: each reply arrived once, those of each customer in order`,
        )
      }
    }
    for (const one of done) print(one)
    return done.flatMap(figuresOfSend)
  } finally {
    await cluster?.close()
    removeDir(dir)
  }
}

function figuresOfSend({ edition, rounds }: SendRounds): KeyFigure[] {
  const figure = (name: string, of: (round: SendRound) => number) => ({
    name: `send, ${edition}: ${name}`,
    unit: 'ms',
    digits: 0,
    values: rounds.map(of),
  })
  return [
    figure('WeChat has it, p50', ({ calm }) => calm.arrived.p50),
    figure('WeChat has it, p99', ({ calm }) => calm.arrived.p99),
    { ...figure('processor time for a reply', ({ cpu }) => cpu), unit: 'µs' },
    figure('one account hangs, others p50', ({ beside }) => beside.arrived.p50),
    figure('one account hangs, others p99', ({ beside }) => beside.arrived.p99),
    figure(`${many} at once to ${many} customers`, ({ toMany }) => toMany),
    figure(`${repliesToOne} to one customer`, ({ toOne }) => toOne),
  ]
}

function print({ edition, rounds }: SendRounds): void {
  const cells = (all: string[]) => all.map((one) => one.padStart(22)).join('')
  console.log(`\n${edition.padEnd(46)}${cells(['p50 ms', 'p99 ms', 'most ms'])}`)
  const row = (name: string, of: (round: SendRound) => Latency) => {
    const latencies = rounds.map(of)
    console.log(
      name.padEnd(46) +
        cells(
          (['p50', 'p99', 'most'] as const).map((at) =>
            range(
              latencies.map((one) => one[at]),
              0,
            ),
          ),
        ),
    )
  }
  row('the call is made', ({ calm }) => calm.asked)
  row('the call is answered', ({ calm }) => calm.answered)
  row('WeChat has the reply', ({ calm }) => calm.arrived)
  row('one account hangs; others: the call is made', ({ beside }) => beside.asked)
  row('  the call is answered', ({ beside }) => beside.answered)
  row('  WeChat has the reply', ({ beside }) => beside.arrived)
  console.log(
    `${'processor time of the product for a reply'.padEnd(46)}${range(
      rounds.map(({ cpu }) => cpu),
      0,
    )} µs`,
  )
  const later = rounds.map(({ calm, beside }) => beside.arrived.most - calm.arrived.most)
  console.log(
    `${many} replies of one agent to ${many} customers at once: the last is there after ${range(
      rounds.map(({ toMany }) => toMany),
      0,
    )} ms\n` +
      `${repliesToOne} replies to one customer, five after each of their messages: ${range(
        rounds.map(({ toOne }) => toOne),
        0,
      )} ms\n` +
      `the hanging account delayed the slowest reply of the others by ${range(later, 0)} ms (goal: at most ${goals.later})\n` +
      `goals: p50 at most ${goals.p50} ms ${verdict(rounds, 'p50')}, p99 at most ${goals.p99} ms ${verdict(rounds, 'p99')}`,
  )
}

const verdict = (rounds: SendRound[], at: 'p50' | 'p99') =>
  median(rounds.map(({ calm }) => calm.arrived[at])) <= goals[at] ? '(reached)' : '(missed)'
