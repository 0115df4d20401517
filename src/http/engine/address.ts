// From which address a request came, whether by HTTPS, and whether from our own page. What a proxy
// says about its client is believed only from a trusted proxy, because anybody can send it.
import type { IncomingMessage } from 'node:http'
import type { Limits } from '../../ports.ts'

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')
const lastOf = (header: string | string[] | undefined) =>
  String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim() ?? ''

export const peerOf = (request: IncomingMessage) => plain(request.socket.remoteAddress ?? '')
const isProxied = (request: IncomingMessage, limits: Limits) =>
  limits.trustedProxies.includes(peerOf(request))

export function addressOf(request: IncomingMessage, limits: Limits): string {
  const named = isProxied(request, limits) ? plain(lastOf(request.headers['x-forwarded-for'])) : ''
  return (named || peerOf(request)).slice(0, 64)
}

export function isHttps(request: IncomingMessage, limits: Limits): boolean {
  if ('encrypted' in request.socket) return true
  return isProxied(request, limits) && lastOf(request.headers['x-forwarded-proto']) === 'https'
}

export function isLoopbackPeer(request: IncomingMessage): boolean {
  const peer = peerOf(request)
  return (
    (peer === '::1' || peer.startsWith('127.')) && request.headers['x-forwarded-for'] === undefined
  )
}

/**
 * Whether a request comes from a page of our own. Another port of the same host counts as a foreign
 * page.
 */
export function isOwnOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined) return site === 'same-origin'
  return URL.canParse(origin) && new URL(origin).host === host
}
