// Parses REDIS_URL. Its error messages never contain a password.
export type Host = { host: string; port: number }
export type Address = {
  kind: 'single' | 'sentinel' | 'cluster'
  hosts: Host[]
  /** The name by which Sentinel knows the master; null if there is no Sentinel. */
  master: string | null
  username: string | undefined
  password: string | undefined
  sentinelPassword: string | undefined
}

const kinds: Record<string, Address['kind']> = {
  'redis:': 'single',
  'redis+sentinel:': 'sentinel',
  'redis+cluster:': 'cluster',
}
const usualPort = { single: 6379, sentinel: 26_379, cluster: 6379 }
const shape = /^([a-z+]+:)\/\/(?:([^@/]*)@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/

const refuse = (why: string) => new Error(`REDIS_URL: ${why}. See docs/configuration.md.`)

export function readAddress(url: string): Address {
  const { scheme, credentials, names, path, query } = pieces(url)
  const kind = kinds[scheme]
  if (!kind) {
    throw refuse(
      'redis://host:port, redis+sentinel://h1:p,h2:p/master or redis+cluster://h1:p,h2:p is understood',
    )
  }
  const hosts = names.split(',').map((one) => readHost(one, usualPort[kind]))
  if (kind === 'single' && hosts.length > 1) {
    throw refuse('one host only; several are for redis+sentinel:// and redis+cluster://')
  }
  return {
    kind,
    hosts,
    master: readMaster(kind, path),
    ...readCredentials(credentials),
    sentinelPassword: new URLSearchParams(query).get('sentinelPassword') ?? undefined,
  }
}

function pieces(url: string) {
  const [, scheme = '', credentials = '', names = '', path = '', query = ''] = shape.exec(url) ?? []
  return { scheme, credentials, names, path, query }
}

function readMaster(kind: Address['kind'], path: string): string | null {
  if (kind === 'sentinel' && path === '') {
    throw refuse('the name of the master is missing, as in redis+sentinel://h1,h2/mymaster')
  }
  if (kind !== 'sentinel' && path !== '') {
    throw refuse('leave out the path: the databases 0, 1, 2 and 4 are used')
  }
  return kind === 'sentinel' ? decodeURIComponent(path) : null
}

function readCredentials(text: string) {
  const [username = '', ...password] = text.split(':').map(decodeURIComponent)
  return { username: username || undefined, password: password.join(':') || undefined }
}

function readHost(text: string, usual: number): Host {
  const [, host, port = String(usual)] =
    /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d+))?$/.exec(text) ?? []
  // the value is not repeated in the error, because it may be part of a password
  if (!host || Number(port) < 1 || Number(port) > 65_535) {
    throw refuse('a host is not host:port; / @ : in a password are written %2F %40 %3A')
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

export const shown = ({ kind, hosts }: Address) =>
  `${kind} ${hosts.map(({ host, port }) => `${host}:${port}`).join(',')}`
