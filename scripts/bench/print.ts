import type { StoredCount } from './count.ts'
import type { ServerName } from './contenders.ts'
import type { KeyFigure } from './key-figures.ts'
import { median, range } from './place.ts'
import type { Mode } from './pushes.ts'
import type { StoreStep } from './store-steps.ts'
import type { WrkFigures } from './wrk.ts'

/**
 * What the load generator measured of a server, and what the server spent on each answered push, in
 * µs: `cpu` is processor time, `lock` is waiting for row locks. `lock` is null for servers whose
 * database has no row locks, or that have no database.
 */
export type ServerFigures = WrkFigures & { cpu: number; lock: number | null }
export type Round = Partial<Record<ServerName, ServerFigures>>

const names: Record<ServerName, string> = {
  bare: 'node:http, answers success',
  wechat: 'wechat + express 5, stores nothing',
  kefu: 'kefu, SQLite',
  'kefu-cluster-1': 'kefu, MariaDB + Redis, 1 process',
  'kefu-cluster-2': 'kefu, MariaDB + Redis, 2 processes',
  'kefu-apart-2': 'two kefu that share no store',
}
const heads = [
  'requests/s',
  'p50 ms',
  'p99 ms',
  'of bare',
  'lowest',
  'highest',
  'CPU µs',
  'lock µs',
]
const perSecond = (heard: WrkFigures) => heard.ok / heard.seconds
const cell = (value: string, width = 10) => value.padStart(width)

export function printCounted(
  what: string,
  { stored, least, most, sessions, faults }: StoredCount,
): void {
  const verdict =
    faults.length === 0 ? 'one per follower, their lines numbered without a gap' : 'but faulty'
  console.log(
    `  ${what}: ${stored} pushes in the store, between ${least} surely answered and ${most} sent;` +
      ` ${sessions} open sessions, ${verdict}`,
  )
}

export function printMode(mode: Mode, rounds: Round[]): void {
  console.log(`\n${mode.padEnd(36)}${heads.map((one) => cell(one)).join('')}`)
  const servers = Object.keys(rounds[0] ?? {}) as ServerName[]
  for (const server of servers) {
    const heard = rounds.flatMap((round) => round[server] ?? [])
    const ratios = ratiosOf(rounds, [server, 'bare'], perSecond)
    const locks = heard.flatMap(({ lock }) => lock ?? [])
    console.log(
      names[server].padEnd(36) +
        [
          median(heard.map(perSecond)).toFixed(0),
          median(heard.map(({ p50 }) => p50)).toFixed(2),
          median(heard.map(({ p99 }) => p99)).toFixed(2),
          median(ratios).toFixed(3),
          Math.min(...ratios).toFixed(3),
          Math.max(...ratios).toFixed(3),
          median(heard.map(({ cpu }) => cpu)).toFixed(0),
          locks.length > 0 ? median(locks).toFixed(1) : '',
        ]
          .map((one) => cell(one))
          .join(''),
    )
  }
  for (const server of servers.filter((one) => one.startsWith('kefu'))) {
    printRatio(rounds, server, 'wechat')
  }
  if (!servers.includes('kefu-cluster-2')) return
  printRatio(rounds, 'kefu-cluster-2', 'kefu-cluster-1')
  printDearer(rounds, 'kefu-cluster-2', 'kefu-cluster-1')
  printDearer(rounds, 'kefu-cluster-2', 'kefu-apart-2')
}

/** The servers that store what they answer, and `wechat`, with which they are compared. */
export function figuresOfWebhook(mode: Mode, rounds: Round[]): KeyFigure[] {
  const servers = Object.keys(rounds[0] ?? {}) as ServerName[]
  return servers
    .filter((server) => server !== 'bare')
    .flatMap((server) => {
      const figure = (what: string, digits: number, values: number[]): KeyFigure => ({
        name: `webhook, ${mode}: ${names[server]}`,
        unit: what,
        digits,
        values,
      })
      const heard = rounds.flatMap((round) => round[server] ?? [])
      const figures = [figure('requests/s', 0, heard.map(perSecond))]
      if (server === 'wechat') return figures
      return [
        ...figures,
        figure('times wechat', 2, ratiosOf(rounds, [server, 'wechat'], perSecond)),
        figure(
          'CPU µs a push',
          0,
          heard.map(({ cpu }) => cpu),
        ),
      ]
    })
}

function ratiosOf(
  rounds: Round[],
  [server, beside]: [ServerName, ServerName],
  of: (heard: ServerFigures) => number,
): number[] {
  return rounds.flatMap((round) => {
    const [mine, other] = [round[server], round[beside]]
    return mine && other ? [of(mine) / of(other)] : []
  })
}

function printRatio(rounds: Round[], server: ServerName, beside: ServerName): void {
  console.log(
    `${server} answers ${range(ratiosOf(rounds, [server, beside], perSecond), 2)} times as many as ${beside}`,
  )
}

function printDearer(rounds: Round[], server: ServerName, beside: ServerName): void {
  const dearer = range(
    ratiosOf(rounds, [server, beside], ({ cpu }) => cpu),
    2,
  )
  console.log(`${server} takes ${dearer} times the processor that ${beside} takes for a push`)
}

export function printSteps(steps: StoreStep[]): void {
  console.log('\nOne step alone, in a loop                         µs each')
  for (const { name, micros } of steps) console.log(name.padEnd(48) + cell(micros.toFixed(2)))
}
