import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault, Follower, LedgerItem, Line, Timing } from '../types.ts'
import { openBlobs } from './blobs.ts'
import type { Blobs } from './blobs.ts'
import { openLog, readLines } from './logs.ts'
import { keyOf, readTables, saveTables } from './tables.ts'
import type { SavedTables, Tables } from './tables.ts'

type Saved = {
  advanceMs: number
  lastMsgId: string
  counters: Record<string, number>
} & SavedTables

/**
 * Everything that the simulator remembers: stored in a folder if one is given, otherwise only in
 * memory.
 */
export type Store = Tables & {
  lines: Map<string, Line[]>
  ledger: LedgerItem[]
  faults: Fault[]
  answered: Set<string>
  blobs: Blobs
  advanceMs: number
  lastMsgId: string
  counters: Record<string, number>
  timing: Timing
  closing: AbortController
  /**
   * The simulator's own address, which links in its answers contain. It is known once the simulator
   * listens.
   */
  origin: string
  /** Increases with every change that a page may want to show; waiting pages are then notified. */
  version: number
  waiting: Set<() => void>
  now: () => number
  save: () => void
  saveSoon: () => void
  log: (record: unknown) => void
  logLine: (record: unknown) => void
  close: () => void
}

function readState(path: string | null): Saved {
  const empty: Saved = { advanceMs: 0, lastMsgId: '0', counters: {} }
  if (path === null || !existsSync(path)) return empty
  return { ...empty, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Saved>) }
}

function readChats(path: string | null): Map<string, Line[]> {
  const lines = new Map<string, Line[]>()
  for (const record of readLines(path) as { key: string; line: Line }[]) {
    const chat = lines.get(record.key)
    if (chat === undefined) lines.set(record.key, [record.line])
    else chat.push(record.line)
  }
  return lines
}

function writeState(path: string, store: Store): void {
  const { advanceMs, lastMsgId, counters } = store
  const saved: Saved = { advanceMs, lastMsgId, counters, ...saveTables(store) }
  writeFileSync(`${path}.new`, JSON.stringify(saved, null, 1), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function changed(store: Store): void {
  store.version += 1
  for (const wake of [...store.waiting]) wake()
}

function openSaving(
  path: string | null,
  store: () => Store,
): { save: () => void; saveSoon: () => void } {
  let timer: NodeJS.Timeout | null = null
  let pause = 200
  const write = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const started = performance.now()
    if (path !== null) writeState(path, store())
    // The larger the state, the less often it is written, so that writing takes at most a twentieth
    // of the time.
    pause = Math.max(200, (performance.now() - started) * 20)
  }
  const saveSoon = (): void => {
    changed(store())
    timer ??= setTimeout(write, pause).unref()
  }
  return {
    save: () => {
      changed(store())
      write()
    },
    saveSoon,
  }
}

export function openStore(dataDir: string | null, timing: Timing): Store {
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true })
  const at = (name: string): string | null => (dataDir === null ? null : join(dataDir, name))
  const state = readState(at('state.json'))
  const ledger = readLines(at('ledger.jsonl')) as LedgerItem[]
  const lines = readChats(at('chats.jsonl'))
  const [ledgerLog, chatLog] = [openLog(at('ledger.jsonl')), openLog(at('chats.jsonl'))]
  const saving = openSaving(at('state.json'), () => store)
  const answered = ledger.flatMap((item) =>
    item.kind === 'push' && item.outcome === 'ok' && item.key !== undefined ? [item.key] : [],
  )
  const store: Store = {
    ...readTables(state),
    lines,
    ledger,
    faults: [],
    answered: new Set(answered.slice(-100_000)),
    blobs: openBlobs(at('media')),
    advanceMs: state.advanceMs,
    lastMsgId: state.lastMsgId,
    counters: state.counters,
    timing,
    closing: new AbortController(),
    origin: '',
    version: 0,
    waiting: new Set(),
    now: () => Date.now() + store.advanceMs,
    ...saving,
    log: ledgerLog.append,
    logLine: chatLog.append,
    close: () => {
      saving.save()
      ledgerLog.close()
      chatLog.close()
    },
  }
  // Every running push listens to this signal, and there can be any number of them, so node must
  // not warn of a leak.
  setMaxListeners(0, store.closing.signal)
  return store
}

export function isoNow(store: Store): string {
  return new Date(store.now()).toISOString()
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

export function findFollower(store: Store, appid: string, openid: unknown): Follower | undefined {
  return typeof openid === 'string' ? store.followers.get(keyOf(appid, openid)) : undefined
}

export function chatOf(store: Store, follower: Follower): Line[] {
  return store.lines.get(keyOf(follower.appid, follower.openid)) ?? []
}

const ownWays: Line['way'][] = ['sent', 'event']

export function addLine(store: Store, follower: Follower, line: Omit<Line, 'n' | 'at'>): Line {
  const key = keyOf(follower.appid, follower.openid)
  const chat = store.lines.get(key) ?? []
  store.lines.set(key, chat)
  const last = chat.findLast((one) => one.n !== undefined)?.n ?? 0
  const full: Line = {
    ...(ownWays.includes(line.way) ? {} : { n: last + 1 }),
    ...line,
    at: isoNow(store),
  }
  chat.push(full)
  store.logLine({ key, line: full })
  changed(store)
  return full
}

export function addToLedger(store: Store, item: Omit<LedgerItem, 'n' | 'at'>): void {
  const full: LedgerItem = { n: (store.ledger.at(-1)?.n ?? 0) + 1, ...item, at: isoNow(store) }
  store.ledger.push(full)
  store.log(full)
  changed(store)
}

/** Counts 1, 2, 3 … for each name, and continues after a restart. */
export function nextNumber(store: Store, name: string, first = 1): number {
  const next = (store.counters[name] ?? first - 1) + 1
  store.counters[name] = next
  store.saveSoon()
  return next
}

/**
 * Increasing 64-bit ids above 2^53, which continue after a restart. Like the real ones, they lose
 * digits as JavaScript numbers.
 */
export function nextMsgId(store: Store): string {
  const byTime = BigInt(Date.now()) * 16384n
  const next = BigInt(store.lastMsgId) + 1n
  store.lastMsgId = String(next > byTime ? next : byTime)
  store.saveSoon()
  return store.lastMsgId
}

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
