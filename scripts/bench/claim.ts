// npm run bench -- claim: a claim through kefu's door beside the least that a claim can be. Rounds are interleaved, each on an
// empty database; a ratio is taken inside its round.
import { parseArgs } from 'node:util'
import { claimKefu } from './claim-kefu.ts'
import { claimBare } from './claim-peer.ts'
import { claimers, connections, figuresOf, processes, queued, warming, type ClaimFigures } from './claims.ts'
import { openCluster } from './cluster.ts'
import { freshDir, fsyncMs, machine, median, removeDir } from './place.ts'
import { leaveNothing, wholeNumber } from './plan.ts'

type Round = { bare: ClaimFigures, kefu: ClaimFigures }

export async function claimBench(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string', default: '5' } } })
  const rounds = wholeNumber('rounds', values.rounds, 50)
  const dir = freshDir()
  leaveNothing(dir)
  const cluster = await openCluster(dir)
  try {
    console.log(`${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms\n`
      + `${rounds} rounds of ${queued} sessions after ${warming} to warm, ${claimers} claim at once; both sides are `
      + `${processes} processes with ${connections} connections each for claims; kefu is asked over HTTP`)
    const done: Round[] = []
    for (let n = 1; n <= rounds; n++) {
      done.push({ bare: figuresOf(await claimBare(cluster)), kefu: figuresOf(await claimKefu(cluster, dir)) })
      console.log(`  round ${n}: each of ${queued} sessions claimed once on both sides, no agent over his capacity`)
    }
    print(done)
  } finally {
    await cluster.close()
    removeDir(dir)
  }
}

const names = { bare: 'ZPOPMIN + conditional UPDATE', kefu: 'kefu' }
const cell = (value: string) => value.padStart(10)

function print(rounds: Round[]): void {
  console.log(`\n${'claim'.padEnd(36)}${['claims/s', 'p50 ms', 'p99 ms', 'failures'].map(cell).join('')}`)
  for (const side of ['bare', 'kefu'] as const) {
    const figures = rounds.map((round) => round[side])
    const middle = (of: (one: ClaimFigures) => number, digits: number) => median(figures.map(of)).toFixed(digits)
    console.log(names[side].padEnd(36) + [
      middle((one) => one.perSecond, 0), middle((one) => one.p50, 1), middle((one) => one.p99, 1),
      String(figures.reduce((sum, one) => sum + one.failures, 0)),
    ].map(cell).join(''))
  }
  const ratios = rounds.map(({ bare, kefu }) => kefu.perSecond / bare.perSecond)
  const [least, most] = [Math.min(...ratios).toFixed(3), Math.max(...ratios).toFixed(3)]
  console.log(`kefu claims ${median(ratios).toFixed(3)} times as many a second as the bare peer (${least} to ${most})`)
}
