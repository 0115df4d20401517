// A private MariaDB on loopback. For each version a data directory is initialised once and copied
// from then on.
import { execFile, execFileSync } from 'node:child_process'
import { constants, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { freePorts, freshDir, removeDir } from './places.ts'
import { openServer } from './server.ts'
import { serviceOf, startAll, type Service } from './service.ts'

export type Mariadb = Service & {
  /** Creates a new, empty database on the same server and returns its URL. */
  createDatabase: (name: string) => Promise<string>
  dropDatabase: (name: string) => Promise<void>
}

const run = promisify(execFile)
const daemon =
  ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'].find((file) =>
    existsSync(file),
  ) ?? 'mariadbd'
const user = `--user=${userInfo().username}`
const logSize = '--innodb-log-file-size=64M'

/**
 * Starts a MariaDB. `dataDir` says where to put the data if not in the directory for temporary
 * files; it is not deleted.
 */
export async function startMariadb(
  options: { args?: string[]; dataDir?: string } = {},
): Promise<Mariadb> {
  const [port = 0] = await freePorts(1)
  const dir = freshDir('mariadb')
  const data = options.dataDir ?? join(dir, 'data')
  cpSync(initialised(), data, { recursive: true, mode: constants.COPYFILE_FICLONE })
  const socket = join(dir, 'socket')
  const sql = (text: string) =>
    run('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '--execute', text], {
      timeout: 10_000,
    })
  const server = openServer({
    name: 'mariadbd',
    command: daemon,
    dir,
    answers: async () => (await sql('select 1')).stdout.includes('1'),
    args: [
      '--no-defaults',
      user,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(dir, 'pid')}`,
      `--port=${port}`,
      `--tmpdir=${dir}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--skip-log-bin',
      '--performance-schema=off',
      '--character-set-server=utf8mb4',
      '--innodb-flush-log-at-trx-commit=1',
      '--innodb-buffer-pool-size=256M',
      logSize,
      '--max-connections=500',
      ...(options.args ?? []),
    ],
  })
  await startAll([server], [dir])
  const urlOf = (name: string) => `mariadb://root@127.0.0.1:${port}/${name}`
  const createDatabase = async (name: string) => {
    await sql(`create database ${quoted(name)} character set utf8mb4`)
    return urlOf(name)
  }
  await createDatabase('kefu')
  const service = serviceOf({
    url: urlOf('kefu'),
    ports: [port],
    servers: [server],
    dirs: [dir],
    main: () => server,
  })
  return Object.defineProperties(
    service,
    Object.getOwnPropertyDescriptors({
      createDatabase,
      dropDatabase: async (name: string) => {
        await sql(`drop database if exists ${quoted(name)}`)
      },
    }),
  ) as Mariadb
}

function quoted(name: string): string {
  if (!/^\w{1,64}$/.test(name)) throw new Error(`not the name of a database: ${name}`)
  return `\`${name}\``
}

/**
 * Makes the data directory that new servers copy. It is renamed into place when it is complete, so
 * that processes that make it at the same time never see half of it.
 */
function initialised(): string {
  const version =
    /\d+\.\d+\.\d+/.exec(
      execFileSync(daemon, ['--no-defaults', '--version'], { encoding: 'utf8' }),
    )?.[0] ?? 'unknown'
  const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/kefu')
  const made = join(cache, `mariadb-${version}-${userInfo().username}`)
  if (existsSync(made)) return made
  mkdirSync(cache, { recursive: true })
  const dir = mkdtempSync(join(cache, 'making-'))
  try {
    const args = [
      '--no-defaults',
      user,
      `--datadir=${dir}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      logSize,
    ]
    execFileSync('mariadb-install-db', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    renameSync(dir, made)
  } catch (error) {
    removeDir(dir)
    if (!existsSync(made)) throw error
  }
  return made
}
