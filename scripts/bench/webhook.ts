// npm run bench -- webhook: compares kefu, which stores each push durably, with two servers that
// store nothing. Rounds alternate (A B C, A B C …), each server starts anew each time, and ratios
// are taken within a round, so that disturbances of the machine affect all alike.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeDir } from '../services/places.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { startContender, type Contender, type ServerName } from './contenders.ts'
import { writeCorpus } from './corpus.ts'
import { countStored, type StoredCount } from './count.ts'
import type { KeyFigure } from './key-figures.ts'
import { freshDirOnDisk, fsyncMs, machine } from './place.ts'
import { leaveNothing, readEditions, wholeNumber } from './plan.ts'
import {
  figuresOfWebhook,
  printCounted,
  printMode,
  printSteps,
  type ServerFigures,
  type Round,
} from './print.ts'
import type { Mode } from './pushes.ts'
import { measureSteps } from './steps.ts'
import { measureClusterSteps } from './store-steps.ts'
import { needWrk, runWrk, type WrkFigures } from './wrk.ts'

type Options = {
  seconds: number
  warm: number
  rounds: number
  connections: number
  profile: string | undefined
  embedded: boolean
  cluster: boolean
}
type Plan = Omit<Options, 'cluster'> & { dir: string; cluster: Cluster | null }

const mostPerSecond = 20_000
const mostOfCorpus = 200_000

export async function webhookBench(args: string[]): Promise<KeyFigure[]> {
  const options = readOptions(args)
  needWrk()
  const dir = freshDirOnDisk()
  leaveNothing(dir)
  const cluster = options.cluster ? await openCluster(dir) : null
  try {
    const plan = { ...options, dir, cluster }
    console.log(
      `${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms\n` +
        `${plan.rounds} rounds of ${plan.seconds} s after ${plan.warm} s of warming, ${plan.connections} connections`,
    )
    const modes = {
      plain: await measureMode(plan, 'plain'),
      safe: plan.embedded ? await measureMode(plan, 'safe') : [],
    }
    const steps = [
      ...(plan.embedded ? await measureSteps(dir) : []),
      ...(cluster ? await measureClusterSteps(dir, cluster) : []),
    ]
    for (const mode of ['plain', 'safe'] as const) {
      if (modes[mode].length > 0) printMode(mode, modes[mode])
    }
    if (steps.length > 0) printSteps(steps)
    return [...figuresOfWebhook('plain', modes.plain), ...figuresOfWebhook('safe', modes.safe)]
  } finally {
    await cluster?.close()
    removeDir(dir)
  }
}

function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      // How many seconds each server warms up before it is measured. A process still spends half of
      // its time compiling 2 s after its start, so its figure would be too low. Two processes
      // behind a balancer share the load, so each needs twice as long to warm up.
      warm: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '256' },
      profile: { type: 'string' },
      editions: { type: 'string', default: 'embedded,cluster' },
    },
  })
  const measured = readEditions(values.editions)
  return {
    seconds: wholeNumber('seconds', values.seconds, 60),
    warm: wholeNumber('warm', values.warm, 60),
    rounds: wholeNumber('rounds', values.rounds, 50),
    connections: wholeNumber('connections', values.connections, 512),
    profile: values.profile,
    embedded: measured.includes('embedded'),
    cluster: measured.includes('cluster'),
  }
}

/**
 * The servers to compare. Both editions of kefu decrypt with the same code, so the cluster is
 * measured in plain mode only.
 */
function serversOf(plan: Plan, mode: Mode): ServerName[] {
  return [
    'bare',
    'wechat',
    ...(plan.embedded ? ['kefu' as const] : []),
    ...(plan.cluster && mode === 'plain'
      ? ['kefu-cluster-1' as const, 'kefu-cluster-2' as const, 'kefu-apart-2' as const]
      : []),
  ]
}

async function measureMode(plan: Plan, mode: Mode): Promise<Round[]> {
  const warm = { mode, count: Math.min(mostOfCorpus, plan.warm * mostPerSecond), first: 0 }
  const main = {
    mode,
    count: Math.min(mostOfCorpus, plan.seconds * mostPerSecond),
    first: warm.count,
  }
  writeCorpus(join(plan.dir, 'warm'), warm)
  writeCorpus(join(plan.dir, 'main'), main)
  const rounds: Round[] = []
  for (let n = 1; n <= plan.rounds; n++) {
    const round: Round = {}
    for (const server of serversOf(plan, mode)) {
      round[server] = await measureServer(plan, server, mode)
    }
    rounds.push(round)
  }
  return rounds
}

async function measureServer(plan: Plan, server: ServerName, mode: Mode): Promise<ServerFigures> {
  const contender = await startContender(server, { ...plan, mode })
  const load = { url: contender.url, connections: plan.connections }
  let heard: { warm: WrkFigures; main: ServerFigures }
  try {
    const warm = await runWrk({ ...load, corpus: join(plan.dir, 'warm'), seconds: plan.warm })
    const main = await costing(contender, () =>
      runWrk({ ...load, corpus: join(plan.dir, 'main'), seconds: plan.seconds }),
    )
    heard = { warm, main }
  } finally {
    await contender.stop()
  }
  const runs = [heard.warm, heard.main]
  refuseUnanswered(server, runs)
  if (contender.number) {
    trust(
      await countStored(contender.number, { runs, stores: contender.stores }),
      `${mode}, ${server}`,
    )
  }
  await contender.clear()
  return heard.main
}

async function costing(
  { cpuMicros, lockMs }: Contender,
  run: () => Promise<WrkFigures>,
): Promise<ServerFigures> {
  const before = { cpu: await cpuMicros(), lock: (await lockMs?.()) ?? null }
  const heard = await run()
  const lock =
    before.lock === null || !lockMs ? null : (((await lockMs()) - before.lock) * 1000) / heard.ok
  return { ...heard, cpu: ((await cpuMicros()) - before.cpu) / heard.ok, lock }
}

/**
 * Ends the benchmark if a server refused or broke a request. Refusing is faster than answering, so
 * the server's figure would be worthless.
 */
function refuseUnanswered(server: string, runs: WrkFigures[]): void {
  for (const run of runs) {
    if (run.refused + run.broken === 0) continue
    throw new Error(
      `${server}: ${run.refused} requests were not answered with 200, ${run.broken} broke`,
    )
  }
}

function trust(counted: StoredCount, what: string): void {
  printCounted(what, counted)
  if (counted.faults.length === 0) return
  throw new Error(
    `${what}: kefu did not keep what it answered: ${counted.faults.join('; ')}. No figures.`,
  )
}
