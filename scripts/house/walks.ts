// Finds the files that a call runs through, in a running product of the embedded edition. V8 counts
// function calls; modules are loaded beforehand.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { openSimulator } from 'wechat-simulator'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { makeDemo } from '../demo.ts'

export type Walks = {
  push: string[]
  claim: string[]
  reply: string[]
  /**
   * The files that run when nobody calls, since workers look for work by themselves every second.
   */
  idle: string[]
}
type WalkedCall = () => Promise<void>

/**
 * How often a call is repeated after a warm-up. Only a file that ran in every round belongs to the
 * call, since other things may run at the same time.
 */
const rounds = 3
/** How long nobody calls, so that everything that runs once a second runs at least once. */
const idleMs = 2000
const product = /^(?:dist\/((?:entities|rules|src)\/.*)|(packages\/wechat-api-ts)\/dist\/(.*))\.js$/

export async function walkedFiles(root: string): Promise<Walks> {
  const house = await openHouse()
  const counter = await openCounter(root)
  try {
    const customer = await house.follower()
    const push = await walked(counter, () => house.says(customer))
    for (let n = 0; n < rounds; n++) await house.says(await house.follower())
    const agent = await house.agent()
    const claim = await walked(counter, agent.claim)
    const reply = await walked(counter, agent.reply)
    const idle = [...(await counter.count(() => sleep(idleMs)))]
    return { push, claim, reply, idle }
  } finally {
    counter.close()
    await house.close()
  }
}

async function walked(counter: Awaited<ReturnType<typeof openCounter>>, call: WalkedCall) {
  await counter.count(call)
  let files = [...(await counter.count(call))]
  for (let n = 1; n < rounds; n++) {
    const again = await counter.count(call)
    files = files.filter((file) => again.has(file))
  }
  return files.sort()
}

async function openCounter(root: string) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const base = pathToFileURL(`${root}/`).href
  const take = async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const ran = result.filter(({ functions }) => functions.some(({ ranges }) => ranges[0]?.count))
    return new Set(ran.flatMap(({ url }) => sourceOf(url.replace(base, ''))))
  }
  return {
    count: async (call: WalkedCall) => {
      await call()
      // Some work continues after the call is answered, so we wait a little before we ask V8 which
      // files have run.
      await sleep(400)
      return take()
    },
    close: () => {
      session.disconnect()
    },
  }
}

function sourceOf(built: string): string[] {
  const [, file, sdk, inSdk = ''] = product.exec(built) ?? []
  return file ? [`${file}.ts`] : sdk ? [`${sdk}/src/${inSdk}.ts`] : []
}

async function openHouse() {
  const dataDir = mkdtempSync(join(tmpdir(), 'kefu-house-'))
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const settings = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' }
  const config = readConfig({ ...settings, WECHAT_API_BASE: simulator.url }, {})
  const app = await openApp(config, { withoutCron: true })
  const account = await makeDemo(app.ports, { dataDir, adminPassword: undefined })
  const { appid } = account
  const url = await app.listen()
  const callbackUrl = `${url}/wechat/${appid}`
  await ask(`${simulator.url}/sim/accounts`, { ...account, callbackUrl })
  const followers = `${simulator.url}/sim/followers`
  return {
    follower: async () => (await ask<{ openid: string }>(followers, { appid })).openid,
    /** Lets the customer write a text that the starter rules answer. */
    says: async (openid: string) => {
      const words = { appid, type: 'text', text: '你好' }
      const { shown } = await ask<{ shown: object[] }>(`${followers}/${openid}/send`, words)
      if (shown.length === 0) throw new Error('no rule has answered')
    },
    agent: () => signIn(url, dataDir, (openid) => `${followers}/${openid}/inbox?appid=${appid}`),
    close: async () => {
      await app.close()
      await simulator.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function signIn(url: string, dataDir: string, inboxOf: (openid: string) => string) {
  const logins = readFileSync(join(dataDir, 'demo-logins.txt'), 'utf8')
  const [, password] = /^agent1 (.*)$/m.exec(logins) ?? []
  const { token } = await ask<{ token: string }>(`${url}/api/login`, {
    username: 'agent1',
    password,
  })
  type Claimed = { id: string; fence: number; customer: { openid: string } }
  let claimed: Claimed | null = null
  let sent = 0
  return {
    claim: async () => {
      claimed = await ask<Claimed>(`${url}/api/sessions/claim`, {}, token)
    },
    /** Sends a reply and waits until the follower has received it. */
    reply: async () => {
      if (!claimed) throw new Error('nothing is claimed')
      const { id, fence, customer } = claimed
      const text = `reply-${++sent}`
      const message = { clientMsgId: text, type: 'text', text, fence }
      await ask(`${url}/api/sessions/${id}/messages`, message, token)
      for (let isThere = false; !isThere;) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        isThere = (await (await fetch(inboxOf(customer.openid))).text()).includes(text)
      }
    },
  }
}

async function ask<T>(url: string, body: object, token = ''): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}
