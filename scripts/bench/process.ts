// npm run bench -- process: how long the product takes from its start until it is ready, on an
// empty and on a filled store, and how much memory its process has when idle and under pushes. It
// is started as `npm run serve` starts it.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Edition } from '../services/editions.ts'
import { removeDir } from '../services/places.ts'
import { startProgram, type StartedProgram } from './child.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { writeCorpus } from './corpus.ts'
import { countStored } from './count.ts'
import { freshStore } from './edition-store.ts'
import { printKeyFigures, type KeyFigure } from './key-figures.ts'
import { freshDirOnDisk, fsyncMs, machine, root } from './place.ts'
import { leaveNothing, readEditions, wholeNumber } from './plan.ts'
import { printCounted } from './print.ts'
import { knownFollowers } from './pushes.ts'
import { always, openSeeded, type Environment } from './serve-kefu.ts'
import { needWrk, runWrk } from './wrk.ts'

type ProcessPlan = {
  dir: string
  cluster: Cluster | null
  idle: number
  seconds: number
  connections: number
}
/** In ms and MB. */
type ProcessRound = {
  emptyMs: number
  filledMs: number
  idle: number
  loaded: number
  after: number
}
type ProcessRounds = { edition: Edition; rounds: ProcessRound[] }

const mostPerSecond = 20_000
const sampledEveryMs = 250
const askedEveryMs = 5

export async function processBench(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      idle: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '10' },
      connections: { type: 'string', default: '256' },
      editions: { type: 'string', default: 'embedded,cluster' },
    },
  })
  const rounds = wholeNumber('rounds', values.rounds, 50)
  const idle = wholeNumber('idle', values.idle, 600)
  const seconds = wholeNumber('seconds', values.seconds, 60)
  const connections = wholeNumber('connections', values.connections, 512)
  const done = readEditions(values.editions).map((edition): ProcessRounds => ({
    edition,
    rounds: [],
  }))
  needWrk()
  const dir = freshDirOnDisk()
  leaveNothing(dir)
  const cluster = done.some(({ edition }) => edition === 'cluster') ? await openCluster(dir) : null
  try {
    console.log(
      `${machine()}; a forced write of 4 KB takes ${fsyncMs(dir).toFixed(2)} ms\n` +
        `${rounds} rounds; filled: ${knownFollowers.toLocaleString('en')} followers; idle: ${idle} s after it was ready, ` +
        `and after the load; ${seconds} s of pushes on ${connections} connections`,
    )
    const plan = { dir, cluster, idle, seconds, connections }
    writeCorpus(join(dir, 'pushes'), { mode: 'plain', count: seconds * mostPerSecond, first: 0 })
    for (let n = 1; n <= rounds; n++) {
      for (const { edition, rounds: own } of done) own.push(await processRound(edition, plan))
    }
    const figures = done.flatMap(figuresOfProcess)
    printKeyFigures('start and memory', figures)
    return figures
  } finally {
    await cluster?.close()
    removeDir(dir)
  }
}

function figuresOfProcess({ edition, rounds }: ProcessRounds): KeyFigure[] {
  const figure = (name: string, unit: string, of: (round: ProcessRound) => number) => ({
    name: `process, ${edition}: ${name}`,
    unit,
    digits: 0,
    values: rounds.map(of),
  })
  return [
    figure('ready on an empty store', 'ms', ({ emptyMs }) => emptyMs),
    figure('ready on a filled store', 'ms', ({ filledMs }) => filledMs),
    figure('memory when idle', 'MB', ({ idle }) => idle),
    figure('memory under pushes, at most', 'MB', ({ loaded }) => loaded),
    figure('memory when idle again', 'MB', ({ after }) => after),
  ]
}

async function processRound(edition: Edition, plan: ProcessPlan): Promise<ProcessRound> {
  const emptyMs = await onFreshStore(edition, plan, async ({ settings }) => {
    const { ms, stop } = await startProduct(settings)
    await stop()
    return ms
  })
  return onFreshStore(edition, plan, async ({ settings, number }) => {
    const { app } = await openSeeded(settings, 'plain', { withoutCron: true })
    await app.close()
    const product = await startProduct(settings)
    const { memory, heard } = await underPushes(product, plan).finally(product.stop)
    const counted = await countStored(number, { runs: [heard], stores: 1 })
    printCounted(edition, counted)
    const unanswered = heard.refused + heard.broken
    if (unanswered > 0 || counted.faults.length > 0) {
      throw new Error(
        `${edition}: ${unanswered} pushes were not answered with 200; ${counted.faults.join('; ')}. No figures.`,
      )
    }
    return { emptyMs, filledMs: product.ms, ...memory }
  })
}

async function onFreshStore<Result>(
  edition: Edition,
  plan: ProcessPlan,
  run: (store: Awaited<ReturnType<typeof freshStore>>) => Promise<Result>,
): Promise<Result> {
  const store = await freshStore(edition, plan)
  try {
    return await run(store)
  } finally {
    await store.drop()
  }
}

/** Starts the product, without the settings of the checkout, and says when it was ready. */
async function startProduct(settings: Environment): Promise<StartedProgram & { ms: number }> {
  const began = performance.now()
  const product = await startProgram({
    script: join(root, 'dist/src/main.js'),
    says: 'kefu answers on ',
    place: { cwd: settings['DATA_DIR'] ?? '', env: { ...always, ...settings } },
  })
  while (!(await fetch(`${product.url}/readyz`)).ok) await sleep(askedEveryMs)
  return { ...product, ms: performance.now() - began }
}

async function underPushes({ child, url }: StartedProgram, plan: ProcessPlan) {
  const { idle: idleSeconds, seconds, connections } = plan
  const now = () => residentMb(child.pid ?? 0)
  await sleep(idleSeconds * 1000)
  const idle = now()
  let loaded = idle
  const sampling = setInterval(() => {
    loaded = Math.max(loaded, now())
  }, sampledEveryMs)
  const corpus = join(plan.dir, 'pushes')
  const heard = await runWrk({ url, corpus, seconds, connections }).finally(() => {
    clearInterval(sampling)
  })
  await sleep(idleSeconds * 1000)
  return { heard, memory: { idle, loaded, after: now() } }
}

/** How much memory of the machine the process occupies. */
const residentMb = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
