// What was pushed or called and not served: answers of 500 and more, and pushes of the simulator that got no answer it could use.
// Who asks /readyz wants to know just that.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { LedgerItem } from '../../scripts/simulator/types.ts'
import type { Said } from './ends-clean.ts'

/** Node tells here of every answer of every server in this process. */
const answers = 'http.server.response.finish'
type Answered = { request: IncomingMessage; response: ServerResponse; server: Server }

function portOf(server: Server): number {
  const at = server.address()
  return at === null || typeof at === 'string' ? 0 : at.port
}

const everyMs = 50
const starvesMs = 250
const remembersMs = 3000

/** Whether this process had no processor for a while: then its pushes wait too long, and come again. */
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

/** Null of what was served; `isFull`: a push was told to come again. */
function notServed({ method = '', url = '' }: IncomingMessage, { statusCode }: ServerResponse) {
  const [path = ''] = url.split('?')
  if (statusCode < 500 || path === '/readyz') return null
  return {
    text: `${statusCode} ${method} ${path}`,
    isFull: statusCode === 503 && path.startsWith('/wechat/'),
  }
}

/** `hear` gets what the doors did not serve. */
export function watchDoors(hear: (said: Said) => void) {
  const processor = watchProcessor()
  const ports = new Set<number>()
  // one that closes has no port any more, and answers still
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

/** All that was sent to WeChat and pushed by it, in order. */
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

/** The simulator repeats them as WeChat does. What a door itself answered is known from the door, except by the balancer before it. */
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
