// Watches for requests that were not served: answers with status 500 or more, and pushes of the
// simulator without a usable answer. /readyz does not count, since its purpose is to report such a
// state.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { LedgerItem } from 'wechat-simulator'
import type { Said } from './ends-clean.ts'

/** On this channel Node reports every answer of every server in this process. */
const answers = 'http.server.response.finish'
type Answered = { request: IncomingMessage; response: ServerResponse; server: Server }

function portOf(server: Server): number {
  const at = server.address()
  return at === null || typeof at === 'string' ? 0 : at.port
}

const everyMs = 50
const starvesMs = 250
const remembersMs = 3000

/**
 * Detects that this process got no processor time for a while: pushes then wait too long and come
 * again.
 */
function watchProcessor() {
  let ticked = performance.now()
  let until = 0
  const isLate = (now: number) => now - ticked > everyMs + starvesMs
  const timer = setInterval(() => {
    const now = performance.now()
    if (isLate(now)) until = now + remembersMs
    ticked = now
  }, everyMs).unref()
  return {
    starves: () => performance.now() < until || isLate(performance.now()),
    close: () => {
      clearInterval(timer)
    },
  }
}

/** Null if the request was served. `isFull`: the push was told to come again later. */
function notServed({ method = '', url = '' }: IncomingMessage, { statusCode }: ServerResponse) {
  const [path = ''] = url.split('?')
  if (statusCode < 500 || path === '/readyz') return null
  return {
    text: `${statusCode} ${method} ${path}`,
    isFull: statusCode === 503 && path.startsWith('/wechat/'),
  }
}

/** Calls `hear` for everything that was not served. */
export function watchDoors(hear: (said: Said) => void) {
  const processor = watchProcessor()
  const ports = new Set<number>()
  // remembered by object, because a server that is closing has no port any more but still answers
  const mine = new WeakSet<Server>()
  const listen = (message: unknown) => {
    const { request, response, server } = message as Answered
    if (ports.has(portOf(server))) mine.add(server)
    const told = notServed(request, response)
    if (!told || !mine.has(server)) return
    const level = told.isFull && processor.starves() ? 'starved' : 'unserved'
    hear({ level, text: told.text, facts: '' })
  }
  subscribe(answers, listen)
  return {
    add: (url: string) => {
      ports.add(Number(new URL(url).port))
    },
    close: () => {
      unsubscribe(answers, listen)
      processor.close()
    },
  }
}

const mostOfAPage = 10_000

/** Everything that was sent to WeChat and pushed by it, in order. */
export async function simulatorLedger(simulator: string): Promise<LedgerItem[]> {
  const all: LedgerItem[] = []
  for (let size = mostOfAPage; size === mostOfAPage;) {
    const page = await fetch(`${simulator}/sim/ledger?after=${all.length}&limit=${mostOfAPage}`)
    const { items } = (await page.json()) as { items: LedgerItem[] }
    all.push(...items)
    size = items.length
  }
  return all
}

/**
 * Pushes without a usable answer. The simulator repeats them like WeChat does. Failures that the
 * product itself answered are already known, but those of the balancer are not.
 */
export const unansweredIn = (ledger: LedgerItem[]): Said[] =>
  ledger
    .filter(({ kind, attempt = 0 }) => kind === 'push' && attempt > 0)
    .filter(({ status, outcome }) =>
      status === 200 ? outcome !== 'ok' : [undefined, 502, 504].includes(status),
    )
    .map(({ path, attempt, outcome }) => ({
      level: 'unserved',
      text: `push ${path}, try ${attempt}: ${outcome}`,
      facts: '',
    }))
