import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Account, Fault, Follower, LedgerItem, Line, Timing, Token } from './types.ts'

type Saved = {
  advanceMs: number, lastMsgId: string, accounts: Account[], followers: Follower[], tokens: Token[],
}
type Log = { append: (record: unknown) => void, close: () => void }

/** Everything the simulator remembers. With a folder it is written there; without one it lives in memory only. */
export type Store = {
  accounts: Map<string, Account>, followers: Map<string, Follower>, tokens: Map<string, Token>,
  lines: Map<string, Line[]>, ledger: LedgerItem[], faults: Fault[], answered: Set<string>,
  advanceMs: number, lastMsgId: string, timing: Timing, closing: AbortController,
  now: () => number, save: () => void, saveSoon: () => void,
  log: (record: unknown) => void, logLine: (record: unknown) => void, close: () => void,
}

function readLines(path: string): unknown[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').flatMap((text) => {
    // A process that dies while writing leaves half a last line.
    try { return text === '' ? [] : [JSON.parse(text) as unknown] } catch { return [] }
  })
}

function openLog(path: string | null): Log {
  if (path === null) return { append: () => undefined, close: () => undefined }
  const torn = existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'utf8').slice(-1))
  const file = openSync(path, 'a')
  if (torn) writeSync(file, '\n')
  return {
    append: (record) => { writeSync(file, `${JSON.stringify(record)}\n`) },
    close: () => { closeSync(file) },
  }
}

function readState(path: string | null): Saved {
  const empty: Saved = { advanceMs: 0, lastMsgId: '0', accounts: [], followers: [], tokens: [] }
  if (path === null || !existsSync(path)) return empty
  return { ...empty, ...JSON.parse(readFileSync(path, 'utf8')) as Partial<Saved> }
}

function readChats(path: string | null): Map<string, Line[]> {
  const lines = new Map<string, Line[]>()
  for (const record of path === null ? [] : readLines(path) as { key: string, line: Line }[]) {
    const chat = lines.get(record.key)
    if (chat === undefined) lines.set(record.key, [record.line])
    else chat.push(record.line)
  }
  return lines
}

function writeState(path: string, store: Store): void {
  const saved: Saved = {
    advanceMs: store.advanceMs, lastMsgId: store.lastMsgId, accounts: [...store.accounts.values()],
    followers: [...store.followers.values()], tokens: [...store.tokens.values()],
  }
  writeFileSync(`${path}.new`, JSON.stringify(saved, null, 1), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function openSaving(path: string | null, store: () => Store): { save: () => void, saveSoon: () => void } {
  let timer: NodeJS.Timeout | null = null
  const save = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (path !== null) writeState(path, store())
  }
  // Reply windows change with every push; one write of the whole state for many of them is enough.
  return { save, saveSoon: () => { timer ??= setTimeout(save, 200).unref() } }
}

export function openStore(dataDir: string | null, timing: Timing): Store {
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true })
  const at = (name: string): string | null => dataDir === null ? null : join(dataDir, name)
  const state = readState(at('state.json'))
  const ledgerPath = at('ledger.jsonl')
  const ledger = ledgerPath === null ? [] : readLines(ledgerPath) as LedgerItem[]
  const lines = readChats(at('chats.jsonl'))
  const [ledgerLog, chatLog] = [openLog(ledgerPath), openLog(at('chats.jsonl'))]
  const saving = openSaving(at('state.json'), () => store)
  const store: Store = {
    accounts: new Map(state.accounts.map((one) => [one.appid, one])),
    followers: new Map(state.followers.map((one) => [followerKey(one.appid, one.openid), one])),
    tokens: new Map(state.tokens.map((one) => [one.token, one])),
    lines, ledger, faults: [], answered: new Set(),
    advanceMs: state.advanceMs, lastMsgId: state.lastMsgId, timing, closing: new AbortController(),
    now: () => Date.now() + store.advanceMs, ...saving, log: ledgerLog.append, logLine: chatLog.append,
    close: () => { saving.save(); ledgerLog.close(); chatLog.close() },
  }
  return store
}

export function followerKey(appid: string, openid: string): string {
  return `${appid}/${openid}`
}

export function isoNow(store: Store): string {
  return new Date(store.now()).toISOString()
}

export function addLine(store: Store, follower: Follower, line: Omit<Line, 'n' | 'at'>): Line {
  const key = followerKey(follower.appid, follower.openid)
  const chat = store.lines.get(key) ?? []
  store.lines.set(key, chat)
  const reached = line.way !== 'sent' && line.way !== 'event'
  const last = chat.findLast((one) => one.n !== undefined)?.n ?? 0
  const full: Line = { ...(reached ? { n: last + 1 } : {}), ...line, at: isoNow(store) }
  chat.push(full)
  store.logLine({ key, line: full })
  return full
}

export function addToLedger(store: Store, item: Omit<LedgerItem, 'n' | 'at'>): void {
  const full: LedgerItem = { n: (store.ledger.at(-1)?.n ?? 0) + 1, ...item, at: isoNow(store) }
  store.ledger.push(full)
  store.log(full)
}

/** Growing 64-bit ids above 2^53, also across restarts: JavaScript numbers would corrupt them, as with the real ones. */
export function nextMsgId(store: Store): string {
  const byTime = BigInt(Date.now()) * 16384n
  const next = BigInt(store.lastMsgId) + 1n
  store.lastMsgId = String(next > byTime ? next : byTime)
  store.saveSoon()
  return store.lastMsgId
}

export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => { clearTimeout(timer); signal.removeEventListener('abort', done); resolve() }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
