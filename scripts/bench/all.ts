// npm run bench -- all: runs all benchmarks one after the other, smaller than each is alone, and
// prints one table of their key figures. Each runs in a process of its own, as if it were called
// alone, because a process that has run another benchmark compiles and collects differently.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printKeyFigures, type KeyFigure } from './key-figures.ts'
import { readEditions, wholeNumber } from './plan.ts'

type AllOptions = { rounds: string; seconds: string; editions: string }

export async function allBenches(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      editions: { type: 'string', default: 'embedded,cluster' },
    },
  })
  wholeNumber('rounds', values.rounds, 50)
  wholeNumber('seconds', values.seconds, 60)
  readEditions(values.editions)
  stopWithTheOneThatRuns()
  const began = performance.now()
  const figures: KeyFigure[] = []
  const failed: string[] = []
  for (const [name, ...own] of benchesWith(values)) {
    console.log(`\n== npm run bench -- ${[name, ...own].join(' ')}`)
    const heard = await runAlone([name ?? '', ...own])
    if (isStopped) throw new Error('stopped')
    if (heard) figures.push(...heard)
    else failed.push(name ?? '')
  }
  printKeyFigures(`after ${((performance.now() - began) / 60_000).toFixed(0)} minutes`, figures)
  if (failed.length > 0) throw new Error(`no figures: ${failed.join(', ')}`)
  return figures
}

function benchesWith({ rounds, seconds, editions }: AllOptions): string[][] {
  const shared = ['--rounds', rounds, '--seconds', seconds, '--editions', editions]
  return [
    ['webhook', '--warm', '8', ...shared],
    // its peer needs the servers of the cluster edition in any case
    ['claim', '--rounds', rounds, '--sizes', '1000,100000'],
    ['send', '--warm', '5', ...shared],
    ['rules', '--most', '100000'],
    ['xml', '--laps', '15'],
    ['process', '--idle', '5', ...shared],
  ]
}

let running: ChildProcess | null = null
let isStopped = false

async function runAlone(args: string[]): Promise<KeyFigure[] | null> {
  let figures: KeyFigure[] | null = null
  const child = fork(join(import.meta.dirname, 'main.js'), args)
  running = child
  child.once('message', (heard) => {
    figures = heard as KeyFigure[]
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  running = null
  return code === 0 ? figures : null
}

/** A benchmark that is told to stop cleans up before it ends, and then this process ends too. */
function stopWithTheOneThatRuns(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopped = true
      if (!running) process.exit(1)
      running.kill('SIGTERM')
    })
  }
}
