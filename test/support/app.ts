// Opens what tests call a house: a complete product and a complete simulator in a directory of
// their own. Tests use it from outside, through HTTP.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator } from 'wechat-simulator'
import { starterRules } from '../../scripts/starter-rules.ts'
import { prepareInstallation } from '../../src/actions/companies/prepare-installation.ts'
import { createAccount } from '../../src/actions/accounts/create-account.ts'
import { createUser } from '../../src/actions/agents/create-user.ts'
import { createRule } from '../../src/actions/rules/save-rule.ts'
import { openApp, type App, type AppOptions } from '../../src/app.ts'
import { readConfig, type Config } from '../../src/config.ts'
import type { Value } from '../../src/store/engine/sql.ts'
import { withCheapPasswords } from './cheap-passwords.ts'
import { refuseUndescribed, type RequestLine } from './answers.ts'
import { isCluster, openBalancer, openEdition, openSecond, type Second } from './edition.ts'
import { simulatorLedger, unansweredIn, watchDoors } from './doors.ts'
import { openEndsClean, type Announced, type EndsClean } from './ends-clean.ts'
import { openHeard } from './heard.ts'
import { openJumping } from './jumping.ts'
import { copyMigrated } from './migrated.ts'
import { warmProcess } from './warm-process.ts'

export const password = 'correct horse battery'
export const testAccount = {
  appid: 'wx0000000000000001',
  appSecret: '0123456789abcdef0123456789abcdef',
  token: 'testtoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
  originalId: 'gh_000000000001',
  name: 'Test',
  mode: 'plain' as 'plain' | 'safe',
}

export type House = {
  app: App
  url: string
  /**
   * The addresses of all processes of the product under test, to call one of them without going
   * through the balancer.
   */
  urls: string[]
  simulator: string
  config: Config
  dir: string
  /**
   * The admin. If a moved clock ends this sign-in, the test has to sign in again (`later` does).
   */
  admin: Actor
  second: Second | null
  /**
   * Resolves when all processes of the product under test know every earlier change, so that any of
   * them can be asked.
   */
  heard: () => Promise<void>
  /** Makes the database's clock jump, for all processes of the product under test. */
  jumpTo: (ms: number) => void
  /** Runs a query on committed rows, with either database. */
  rows: <T>(query: string, values?: Value[]) => Promise<T[]>
  /** Reads the metrics of all processes of the product under test as one text. */
  metrics: () => Promise<string>
  /**
   * Announces warnings and failures that the test causes on purpose. When the product closes,
   * anything else that went wrong fails the test.
   */
  announce: (announced: Announced) => void
  /** Signs in a person, who is created if they do not exist yet. */
  agent: (username: string, more?: object) => Promise<Actor>
  close: () => Promise<void>
}

/** An answer of the API as tests read it: they assert what is in the body. */
export type ApiAnswer = { status: number; body: any }

export type Actor = {
  url: string
  uid: number
  token: string
  call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>
  /** Uploads a file as a form, as the console does. */
  upload: (bytes: Uint8Array, name?: string) => Promise<ApiAnswer>
  get: (path: string, headers?: Record<string, string>) => Promise<Response>
}

export type HouseOptions = AppOptions & {
  dir?: string
  mode?: 'plain' | 'safe'
  rules?: boolean
  alone?: boolean
  simulatorUrl?: string
  settings?: Record<string, string>
  /** How far the database's clock has jumped before the product under test is started. */
  jumpedMs?: number
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const place = await openPlace(options)
  const settings = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: place.dir,
    WECHAT_API_BASE: place.simulator,
    ...place.settings,
    ...options.settings,
  }
  const config = readConfig(settings, {})
  const clean = openEndsClean()
  // a test that brings its own Redis also closes it, so a warning that Redis does not answer is
  // expected
  if (options.settings?.['REDIS_URL']) {
    clean.announce({ logs: ['Redis does not answer: the work goes on from SQL'] })
  }
  const jumping = openJumping(options.jumpedMs)
  const app = await openApp(config, {
    log: clean.log,
    wrapStore: jumping.wrapStore,
    ...options,
    wrap: (ports) => (options.wrap ?? ((same) => same))(withCheapPasswords(ports)),
  })
  const mine = { ...testAccount, mode: options.mode ?? 'plain' }
  await prepare(app, mine, options.rules ?? true)
  const more =
    isCluster && !options.alone
      ? await openMore(app, settings, { clean, options })
      : await justOne(app)
  const { url } = more
  const doors = watchDoors(clean.hear)
  doors.add(more.urls[0] ?? '')
  await post(`${place.simulator}/sim/accounts`, {
    ...mine,
    callbackUrl: `${url}/wechat/${mine.appid}`,
  })
  const admin = await signIn(url, 'admin')
  const house: House = {
    app: { ...app, advanceTo: more.advanceTo },
    url,
    urls: more.urls,
    simulator: place.simulator,
    config,
    dir: place.dir,
    admin,
    second: more.second,
    heard: more.heard,
    jumpTo: (ms) => {
      jumping.jumpTo(ms)
      more.second?.jumpTo(ms)
    },
    metrics: async () =>
      (
        await Promise.all(more.urls.map(async (one) => (await fetch(`${one}/metrics`)).text()))
      ).join('\n'),
    rows: (query, values) => app.ports.store.read.sql.all(query, values),
    announce: clean.announce,
    agent: (username, about = {}) => signInMade(house.admin, url, { username, about }),
    close: async () => {
      await more.second?.allSaid()
      for (const said of await place.unanswered()) clean.hear(said)
      const faults = await clean
        .faults(app, { indexed: options.withoutCron !== true })
        .catch((error: unknown) => [`it cannot be asked: ${String(error)}`])
      doors.close()
      await more.close()
      await app.close()
      await place.close()
      if (faults.length > 0) throw new Error(`The house does not end clean:\n${faults.join('\n')}`)
    },
  }
  return house
}

/**
 * Opens what a product under test needs: a directory, a store and a simulated WeChat, unless the
 * test brings its own.
 */
async function openPlace(options: HouseOptions) {
  if (isCluster && !options.alone) warmProcess()
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'kefu-test-'))
  const edition = await openEdition()
  // a test that brings a directory may have opened a product in it before, so the schema is not
  // copied into it
  if (!options.dir) await copyMigrated(dir, edition.settings['DATABASE_URL'])
  const simulator = options.simulatorUrl
    ? null
    : await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  return {
    dir,
    settings: edition.settings,
    simulator: options.simulatorUrl ?? simulator?.url ?? '',
    /**
     * the pushes that got no usable answer; a test that brings its own WeChat checks this by
     * itself, so for its product the list is empty
     */
    unanswered: async () => (simulator ? unansweredIn(await simulatorLedger(simulator.url)) : []),
    close: async () => {
      await simulator?.close()
      await edition.close()
      if (!options.dir) rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function signInMade(
  admin: Actor,
  url: string,
  { username, about }: { username: string; about: object },
): Promise<Actor> {
  const made = await admin.call('POST', '/api/users', {
    username,
    password,
    name: username,
    role: 'agent',
    ...about,
  })
  if (made.status !== 201 && made.status !== 409) {
    throw new Error(`no agent: ${JSON.stringify(made)}`)
  }
  return signIn(url, username)
}

async function justOne(app: App) {
  const url = await app.listen()
  return {
    url,
    urls: [url],
    second: null,
    advanceTo: app.advanceTo,
    heard: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** Opens the second process, and the balancer in front of both. */
async function openMore(
  app: App,
  settings: Record<string, string>,
  { clean, options }: { clean: EndsClean; options: HouseOptions },
) {
  const { withoutCron = false, clockEveryMs: everyMs, jumpedMs = 0 } = options
  const clock = { everyMs, jumpedMs }
  const second = await openSecond(settings, { withoutCron, clock, hear: clean.hear })
  const urls = [await app.listen(), second.url]
  const balancer = await openBalancer(urls)
  return {
    url: balancer.url,
    urls,
    second,
    heard: openHeard(app.ports.bus, settings['DATABASE_URL'] ?? ''),
    advanceTo: async (totalMs: number) => {
      await Promise.all([app.advanceTo(totalMs), second.advanceTo(totalMs)])
    },
    close: async () => {
      await balancer.stop()
      await second.close()
    },
  }
}

async function prepare(app: App, mine: typeof testAccount, rules: boolean): Promise<void> {
  const first = await prepareInstallation(app.ports, { password })
  if (!first) return
  const uid = (await app.ports.store.read.users.byUsername('admin'))?.uid ?? 0
  const me = { companyId: first.companyId, uid, role: 'admin' as const }
  await createAccount(app.ports, me, { kind: 'wechat', binding: 'direct', ownLane: false, ...mine })
  await createUser(app.ports, me, { username: 'agent0', password, name: 'agent0', role: 'agent' })
  for (const rule of rules ? starterRules : []) {
    await createRule(app.ports, me, rule)
  }
}

export async function post(url: string, body: unknown): Promise<any> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

export async function signIn(url: string, username: string, secret = password): Promise<Actor> {
  const { token, user } = (await post(`${url}/api/login`, { username, password: secret })) as {
    token: string
    user: { uid: number }
  }
  return {
    url,
    uid: user.uid,
    token,
    upload: async (bytes, name = 'a.bin') => {
      const form = new FormData()
      form.append('note', 'before the file')
      form.append('file', new Blob([new Uint8Array(bytes)]), name)
      const answer = await fetch(`${url}/api/media`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: form,
      })
      return heardOf({ method: 'POST', url: answer.url }, answer)
    },
    get: (path, headers = {}) =>
      fetch(`${url}${path}`, {
        redirect: 'manual',
        headers: { Authorization: `Bearer ${token}`, ...headers },
      }),
    call: async (method, path, body) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return heardOf({ method, url: answer.url }, answer)
    },
  }
}

/** Reads an answer, and fails the test if the OpenAPI document does not describe it. */
export async function heardOf(asked: RequestLine, answer: Response) {
  const { status, headers } = answer
  const text = await answer.text()
  const body = text.startsWith('{') ? (JSON.parse(text) as unknown) : text
  refuseUndescribed(asked, { status, type: headers.get('content-type'), body })
  return { status, body }
}
