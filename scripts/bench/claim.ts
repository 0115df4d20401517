// npm run bench -- claim: measures a claim in short and long queues (claim-size.ts), and compares a
// claim through kefu's API with the least that any claim can do. Rounds alternate, each starts with
// an empty database, and each ratio is taken within a round.
import { parseArgs } from 'node:util'
import { removeDir } from '../services/places.ts'
import { claimKefu } from './claim-kefu.ts'
import { claimSized, printSized, type SizedFigures } from './claim-size.ts'
import { claimBare } from './claim-peer.ts'
import {
  claimers,
  connections,
  claimFiguresOf,
  processes,
  warming,
  type ClaimFigures,
} from './claims.ts'
import { openCluster, type Cluster } from './cluster.ts'
import type { KeyFigure } from './key-figures.ts'
import { freshDirOnDisk, fsyncMs, machine, median, range } from './place.ts'
import { editions, leaveNothing, wholeNumber } from './plan.ts'

type ClaimRound = { bare: ClaimFigures; kefu: ClaimFigures }

export async function claimBench(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      sizes: { type: 'string', default: '1000,1000000' },
      queued: { type: 'string', default: '1000' },
      only: { type: 'string', default: '' },
    },
  })
  const rounds = wholeNumber('rounds', values.rounds, 50)
  const sizes = values.sizes.split(',').map((size) => wholeNumber('sizes', size, 1_000_000))
  const queued = wholeNumber('queued', values.queued, 100_000)
  const dir = freshDirOnDisk()
  leaveNothing(dir)
  const cluster = await openCluster(dir)
  try {
    console.log(`${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms`)
    return [
      ...(values.only === 'peer' ? [] : await besideSizes(cluster, dir, sizes)),
      ...(values.only === 'sizes' ? [] : await besidePeer(cluster, dir, { rounds, queued })),
    ]
  } finally {
    await cluster.close()
    removeDir(dir)
  }
}

async function besideSizes(cluster: Cluster, dir: string, sizes: number[]): Promise<KeyFigure[]> {
  const done: SizedFigures[] = []
  for (const edition of editions) {
    for (const queued of sizes) done.push(await claimSized({ cluster, dir, edition, queued }))
  }
  if (!printSized(done)) throw new Error('the longest queue costs a claim more than it may')
  return done.map(({ edition, queued, whole }) => ({
    name: `claim, ${edition}, ${queued.toLocaleString('en')} queued: p50`,
    unit: 'ms',
    digits: 2,
    values: [whole.p50],
  }))
}

async function besidePeer(
  cluster: Cluster,
  dir: string,
  { rounds, queued }: { rounds: number; queued: number },
): Promise<KeyFigure[]> {
  console.log(
    `${rounds} rounds of ${queued} sessions after ${warming} to warm, ${claimers} claim at once; both sides are ` +
      `${processes} processes with ${connections} connections each for claims; kefu is asked over HTTP`,
  )
  const done: ClaimRound[] = []
  for (let n = 1; n <= rounds; n++) {
    done.push({
      bare: claimFiguresOf(await claimBare(cluster, queued)),
      kefu: claimFiguresOf(await claimKefu(cluster, dir, queued)),
    })
    console.log(
      `  round ${n}: each of ${queued} sessions claimed once on both sides, no agent over their capacity`,
    )
  }
  print(done)
  return figuresOfPeer(done)
}

function figuresOfPeer(rounds: ClaimRound[]): KeyFigure[] {
  const figure = (unit: string, digits: number, of: (round: ClaimRound) => number) => ({
    name: 'claim, 200 agents at once',
    unit,
    digits,
    values: rounds.map(of),
  })
  return [
    figure('claims/s', 0, ({ kefu }) => kefu.perSecond),
    figure('times the bare peer', 3, timesBare),
    figure('p99 ms', 0, ({ kefu }) => kefu.p99),
  ]
}

const timesBare = ({ bare, kefu }: ClaimRound) => kefu.perSecond / bare.perSecond

const names = { bare: 'ZPOPMIN + conditional UPDATE', kefu: 'kefu' }
const cell = (value: string) => value.padStart(10)

function print(rounds: ClaimRound[]): void {
  console.log(
    `\n${'claim'.padEnd(36)}${['claims/s', 'p50 ms', 'p99 ms', 'failures'].map(cell).join('')}`,
  )
  for (const side of ['bare', 'kefu'] as const) {
    const figures = rounds.map((round) => round[side])
    const middle = (of: (one: ClaimFigures) => number, digits: number) =>
      median(figures.map(of)).toFixed(digits)
    console.log(
      names[side].padEnd(36) +
        [
          middle((one) => one.perSecond, 0),
          middle((one) => one.p50, 1),
          middle((one) => one.p99, 1),
          String(figures.reduce((sum, one) => sum + one.failures, 0)),
        ]
          .map(cell)
          .join(''),
    )
  }
  console.log(
    `kefu claims ${range(rounds.map(timesBare), 3)} times as many a second as the bare peer`,
  )
}
