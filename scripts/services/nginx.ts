// A private nginx with the balancer configuration of deploy/nginx.conf.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { freePorts, freshDir } from './places.ts'
import { openServer } from './server.ts'
import { serviceOf, startAll, type Service } from './service.ts'

const deployed = resolve(import.meta.dirname, '../../../deploy/nginx.conf')

/**
 * Starts an nginx that distributes requests to the servers in `upstreams`, given as URLs or as
 * `host:port`.
 */
export async function startNginx({ upstreams }: { upstreams: string[] }): Promise<Service> {
  const [port = 0] = await freePorts(1)
  const dir = freshDir('nginx')
  mkdirSync(join(dir, 'temp'))
  writeFileSync(join(dir, 'site.conf'), siteOf(upstreams, port))
  writeFileSync(join(dir, 'nginx.conf'), mainOf(dir))
  const server = openServer({
    name: 'nginx',
    command: 'nginx',
    args: ['-p', dir, '-e', 'stderr', '-c', join(dir, 'nginx.conf')],
    dir,
    answers: () => listens(port),
  })
  await startAll([server], [dir])
  return serviceOf({
    url: `http://127.0.0.1:${port}`,
    ports: [port],
    servers: [server],
    dirs: [dir],
    main: () => server,
  })
}

function siteOf(upstreams: string[], port: number): string {
  const text = readFileSync(deployed, 'utf8')
  const hosts = upstreams.map((upstream) =>
    upstream.includes('://') ? new URL(upstream).host : upstream,
  )
  const lists = text.replaceAll(
    /( +server )kefu1:3000([^;]*;\n) +server kefu2:3000[^;]*;\n/g,
    (_all, before: string, after: string) =>
      hosts.map((host) => `${before}${host}${after}`).join(''),
  )
  const site = lists.replace('listen 80;', `listen 127.0.0.1:${port};`)
  if (site === lists || lists === text) {
    throw new Error('deploy/nginx.conf no longer names kefu1, kefu2 and listen 80')
  }
  return site
}

/**
 * Writes the main configuration of nginx. It runs as a single process, because workers would
 * survive a master that is killed.
 */
function mainOf(dir: string): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(dir, 'temp', name)};`,
  )
  return [
    'daemon off;',
    'master_process off;',
    `pid ${join(dir, 'pid')};`,
    'events { worker_connections 4096; }',
    'http {',
    '  access_log off;',
    ...temp,
    `  include ${join(dir, 'site.conf')};`,
    '}',
    '',
  ].join('\n')
}

/**
 * Whether nginx listens. This only connects, because nginx would pass a request on, and its failure
 * could mark a server behind it as failed.
 */
function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    const tell = (answers: boolean) => () => {
      socket.destroy()
      done(answers)
    }
    socket.once('connect', tell(true)).once('error', tell(false))
  })
}
