// Loaded before the product with --import. It observes every operation by which the process reaches
// outside itself (files, SQLite, MySQL, Redis, ports, output) together with the place in the code,
// and kills the process at a chosen one. The product itself contains nothing for this.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Server } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { Cluster, Redis } from 'ioredis'
import { DataSource } from 'typeorm'
import type { Death, OutsideOperation } from './deaths.ts'

type Method = (this: any, ...given: unknown[]) => unknown

const death = JSON.parse(process.argv[2] ?? 'null') as Death | null
const operations: OutsideOperation[] = []
const changing = ['mkdir', 'writeFile', 'appendFile', 'open', 'rename', 'link', 'rm', 'unlink']

const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('dead')
}

/**
 * The place of an operation in the code: the functions on the call stack, innermost first,
 * including those before an await.
 */
const placeOf = (stack: string): string =>
  [...stack.matchAll(/at (?:async )?(?:([\w.<>]+) )?.*?\/dist\/src\/(\S+?)\.js:/g)]
    .map(([, name = 'start', file = '']) => `${file} ${name.replace(/^.*\./, '')}`)
    .join(' < ')

const clip = (text: string) =>
  text.length > 200 ? `${text.slice(0, 100)} … ${text.slice(-97)}` : text
const like = death?.like === undefined ? null : new RegExp(death.like)
let alike = 0
let isDying = false

/** Records an operation, and tells whether it is the one at which the process has to die. */
function hear(what: string): boolean {
  const place = placeOf(new Error(what).stack ?? '')
  const nth = operations.filter((one) => one.place === place).length + 1
  // operations while modules are still being loaded do not belong to the product and are not
  // recorded
  if (place !== '') operations.push({ place, nth, what: clip(what) })
  if (!like) return death?.place === place && death.nth === nth
  alike += like.test(`${clip(what)} @ ${place}`) ? 1 : 0
  return alike === death?.nth
}

/**
 * Dies before or during an operation: before it is requested, or after it was requested and without
 * seeing the result.
 */
function dieAt(name: string, given: unknown[], own: () => unknown): unknown {
  if (death?.where === 'before') die()
  // leaves an interrupted write: the file exists already, but nothing has been written to it
  const cut = () => fs.openSync(String(given[0]), 'a')
  const answer = name.startsWith('writeFile') ? cut() : own()
  if (!(answer instanceof Promise)) die()
  // dies only in the next turn, because what was sent to a server in this one must still leave the
  // process
  isDying = true
  setImmediate(die)
  return answer
}

function wrap(of: object, name: string): void {
  const holder = of as Record<string, Method | undefined>
  const own = holder[name]
  if (!own) return
  holder[name] = function (this: { source?: string } | undefined, ...given) {
    const said = String(given[0])
    const ask = () => own.apply(this, given)
    if (hear(`${name} ${this?.source ?? said}`)) return dieAt(name, given, ask)
    const answer = ask()
    const [, url] = /^kefu answers on (\S+)/.exec(said) ?? []
    // a process that has to die in the next turn must not be taken for one that survived
    if (url && !isDying) process.send?.({ url, operations })
    return answer
  }
}

if (isMainThread) {
  Error.stackTraceLimit = Infinity
  const statement = new Database(':memory:').prepare('select 1')
  const server = new DataSource({ type: 'mysql' }).createQueryRunner()
  for (const name of changing) {
    wrap(fs, `${name}Sync`)
    wrap(fs.promises, name)
  }
  for (const name of ['exec', 'pragma']) wrap(Database.prototype, name)
  for (const name of ['run', 'get', 'all']) {
    wrap(Object.getPrototypeOf(statement) as object, name)
  }
  wrap(Object.getPrototypeOf(server) as object, 'query')
  for (const of of [Redis, Cluster]) wrap(of.prototype, 'sendCommand')
  wrap(Server.prototype, 'listen')
  wrap(process.stdout, 'write')
  syncBuiltinESMExports()
  process.on('message', () => process.send?.({ url: '', operations }))
  // the channel to the parent process alone must not keep this process running
  process.channel?.unref()
}
