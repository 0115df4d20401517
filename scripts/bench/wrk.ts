// Runs the load generator wrk, which needs far less processor time than the servers. It uses one
// thread, so that the file of requests is read exactly once.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { started } from './child.ts'
import { root } from './place.ts'

export type WrkPlan = { url: string; corpus: string; seconds: number; connections: number }

/**
 * Times are in ms. `ok` counts answers with status 200, `refused` all others, `broken` requests
 * without an answer.
 */
export type WrkFigures = {
  sent: number
  fresh: number
  wraps: number
  ok: number
  refused: number
  broken: number
  seconds: number
  p50: number
  p99: number
  max: number
}

export function needWrk(): void {
  if (spawnSync('wrk', ['-v']).error === undefined) return
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw new Error(
      'The bench needs wrk (https://github.com/wg/wrk): apt-get install wrk, or brew install wrk.',
    )
  }
  console.log('wrk is missing: apt-get install wrk')
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'wrk'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export function runWrk({ url, corpus, seconds, connections }: WrkPlan): Promise<WrkFigures> {
  const script = join(root, 'scripts/bench/webhook.lua')
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    url,
    '--',
    corpus,
  ]
  return new Promise((resolve, reject) => {
    const child = execFile(
      'wrk',
      args,
      { timeout: (seconds + 60) * 1000 },
      (error, stdout, stderr) => {
        started.delete(child)
        const line = stdout.split('\n').find((one) => one.startsWith('BENCH '))
        if (error || !line) {
          reject(new Error(`wrk failed: ${stderr || stdout || (error?.message ?? '')}`))
        } else resolve(JSON.parse(line.slice('BENCH '.length)) as WrkFigures)
      },
    )
    started.add(child)
  })
}
