// npm run bench -- webhook: kefu's durable push beside two servers that store nothing. Rounds are interleaved (A B C, A B C …),
// each server starts anew every time, and a ratio is taken inside its round: what the machine does meanwhile strikes all three.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { started, startServer } from './child.ts'
import { writeCorpus } from './corpus.ts'
import { countStored, type Counted } from './count.ts'
import { freshDir, fsyncMs, machine, needPeers, removeDir } from './place.ts'
import type { Mode } from './pushes.ts'
import { printCounted, printMode, printSteps, servers, type Round, type Server } from './print.ts'
import { measureSteps } from './steps.ts'
import { needWrk, runWrk, type Heard } from './wrk.ts'

type Plan = { seconds: number, rounds: number, connections: number, dir: string, profile: string | undefined }

const warmSeconds = 2
const mostPerSecond = { plain: 40_000, safe: 20_000 }

export async function webhookBench(args: string[]): Promise<void> {
  needWrk()
  needPeers()
  const dir = freshDir()
  leaveNothing(dir)
  try {
    const plan = { ...readPlan(args), dir }
    console.log(`${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms\n`
      + `${plan.rounds} rounds of ${plan.seconds} s after ${warmSeconds} s of warming, ${plan.connections} connections`)
    const modes = { plain: await measureMode(plan, 'plain'), safe: await measureMode(plan, 'safe') }
    const steps = await measureSteps(dir)
    for (const mode of ['plain', 'safe'] as const) printMode(mode, modes[mode])
    printSteps(steps)
  } finally {
    removeDir(dir)
  }
}

/** Stopped from outside: no figures, no server left running, no directory left behind. */
function leaveNothing(dir: string): void {
  const stop = () => {
    for (const child of started) child.kill('SIGKILL')
    removeDir(dir)
    console.error('stopped; no figures')
    process.exit(1)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function readPlan(args: string[]): Omit<Plan, 'dir'> {
  const { values } = parseArgs({ args, options: {
    seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' }, profile: { type: 'string' },
  } })
  const within = (name: 'seconds' | 'rounds' | 'connections', most: number) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 1 || value > most) throw new Error(`--${name}: a whole number from 1 to ${most}`)
    return value
  }
  const [seconds, rounds, connections] = [within('seconds', 60), within('rounds', 50), within('connections', 512)]
  return { seconds, rounds, connections, profile: values.profile }
}

async function measureMode(plan: Plan, mode: Mode): Promise<Round[]> {
  const warm = { mode, count: warmSeconds * mostPerSecond.safe, first: 0 }
  const main = { mode, count: Math.min(200_000, plan.seconds * mostPerSecond[mode]), first: warm.count }
  writeCorpus(join(plan.dir, 'warm'), warm)
  writeCorpus(join(plan.dir, 'main'), main)
  const rounds: Round[] = []
  for (let n = 1; n <= plan.rounds; n++) {
    const round: Partial<Round> = {}
    for (const server of servers) round[server] = await measureServer(plan, server, mode)
    rounds.push(round as Round)
  }
  return rounds
}

async function measureServer(plan: Plan, server: Server, mode: Mode): Promise<Heard> {
  const data = join(plan.dir, 'kefu')
  const profiled = server === 'kefu' && plan.profile ? ['--cpu-prof', `--cpu-prof-dir=${plan.profile}`] : []
  const { url, stop } = await startServer(server, server === 'kefu' ? [data, mode] : [], profiled)
  const load = { url, connections: plan.connections }
  const runs: Heard[] = []
  try {
    runs.push(await runWrk({ ...load, corpus: join(plan.dir, 'warm'), seconds: warmSeconds }))
    runs.push(await runWrk({ ...load, corpus: join(plan.dir, 'main'), seconds: plan.seconds }))
  } finally {
    await stop()
  }
  refuseUnanswered(server, runs)
  if (server === 'kefu') {
    trust(countStored(data, runs), mode)
    removeDir(data)
  }
  const [, measured] = runs
  if (!measured) throw new Error('nothing was measured')
  return measured
}

/** A server that refuses is quick; its figure would be worth nothing. */
function refuseUnanswered(server: string, runs: Heard[]): void {
  for (const run of runs) {
    if (run.refused + run.broken === 0) continue
    throw new Error(`${server}: ${run.refused} requests were not answered with 200, ${run.broken} broke`)
  }
}

function trust(counted: Counted, mode: Mode): void {
  printCounted(counted, mode)
  if (counted.faults.length > 0) throw new Error(`kefu did not keep what it answered: ${counted.faults.join('; ')}. No figures.`)
}
