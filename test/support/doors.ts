// Watches for requests that were not served: answers with status 500 or more, and pushes of the
// simulator without a usable answer. /readyz does not count, since its purpose is to report such a
// state.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { LedgerItem } from 'wechat-simulator'
import type { FrontAnswer } from '../../src/http/push/front.ts'
import type { ProcessReport } from './ends-clean.ts'
import { starves } from './starves.ts'

/** On this channel Node reports every answer of node:http in this process. */
const answers = 'http.server.response.finish'
/** On this channel the product reports the answers that it gives without node:http. */
const frontAnswers = 'kefu.front.answer'
type AnsweredRequest = { request: IncomingMessage; response: ServerResponse; server: Server }

function portOf(server: Server): number {
  const at = server.address()
  return at === null || typeof at === 'string' ? 0 : at.port
}

/**
 * What to report about a request that was not served; null if it was served. `isFull`: the push was
 * told to come again later.
 */
function notServed({ method, url, status }: { method: string; url: string; status: number }) {
  const [path = ''] = url.split('?')
  if (status < 500 || path === '/readyz') return null
  return {
    text: `${status} ${method} ${path}`,
    isFull: status === 503 && path.startsWith('/wechat/'),
  }
}

/**
 * Watches the servers of this process whose addresses are added, and calls `hear` for every request
 * that one of them did not serve.
 */
export function watchDoors(hear: (said: ProcessReport) => void) {
  const ports = new Set<number>()
  // a server is remembered by its object and not by its port, because a server that is closing has
  // no port any more but still answers
  const mine = new WeakSet<Server>()
  const look = (server: Server, answer: Parameters<typeof notServed>[0]) => {
    if (ports.has(portOf(server))) mine.add(server)
    const told = notServed(answer)
    if (!told || !mine.has(server)) return
    const level = told.isFull && starves() ? 'starved' : 'unserved'
    hear({ level, text: told.text, facts: '' })
  }
  const listen = (message: unknown) => {
    const { request, response, server } = message as AnsweredRequest
    const { method = '', url = '' } = request
    look(server, { method, url, status: response.statusCode })
  }
  const listenFront = (message: unknown) => {
    const { server, url, status } = message as FrontAnswer
    look(server, { method: 'POST', url, status })
  }
  subscribe(answers, listen)
  subscribe(frontAnswers, listenFront)
  return {
    add: (url: string) => {
      ports.add(Number(new URL(url).port))
    },
    close: () => {
      unsubscribe(answers, listen)
      unsubscribe(frontAnswers, listenFront)
    },
  }
}

const mostOfAPage = 10_000

/** Reads everything that was sent to the simulated WeChat or pushed by it, in order. */
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
export const unansweredIn = (ledger: LedgerItem[]): ProcessReport[] =>
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
