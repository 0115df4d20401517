import assert from 'node:assert/strict'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { testAccount, openHouse, post, type House, type HouseOptions } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { follower } from '../support/follower.ts'
import { refuseLines } from '../support/obstacles.ts'
import { rawPush, signed, textXml } from '../support/raw-push.ts'
import { runScript } from '../support/script.ts'

type Ends = { after: (end: () => unknown) => void }

async function house(
  t: Ends,
  options: HouseOptions = {},
): Promise<{
  house: House
  end: () => Promise<void>
  doctor: (settings?: Record<string, string>) => Promise<{ code: number; out: string }>
  believe: () => Promise<{ code: number; out: string }>
}> {
  const dir = makeFolder('doctor')
  const opened = await openHouse({ dir: join(dir, 'data'), ...options })
  let ended: Promise<void> | null = null
  const end = () => (ended ??= opened.close())
  t.after(end)
  const settings = { WECHAT_API_BASE: opened.simulator, PORT: new URL(opened.url).port }
  return {
    house: opened,
    end,
    doctor: (more = {}) => runScript('doctor', dir, { ...settings, ...more }),
    believe: () => runScript('believe-clock', dir, settings),
  }
}

const answering = async (t: Ends, status: number) => {
  const server = createServer((_request, response) => {
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

void test('the doctor finds nothing wrong with a running kefu, and tests signature and token', async (t) => {
  const { doctor } = await house(t)
  const { code, out } = await doctor()
  assert.equal(code, 0, out)
  for (const said of [
    /The file is whole/,
    /The journal is wal/,
    /MB are free/,
    /clock agrees with the database/,
    /clock agrees with http/,
    /✔ Test \(wx0000000000000001\): a signed call to http:\/\/127.0.0.1:\d+ is answered/,
    /✔ Test .* gives this machine an access token/,
    /a push in its mode \(plain\) is taken, in \d+ ms/,
    /plain mode: .*\n +→ Better: choose 安全模式/,
    /客服消息 .*: allowed/,
    /素材管理 .*: allowed/,
    /带参数二维码 .*: allowed/,
    /of 500000 replies may still be sent today/,
    /Nothing is wrong/,
  ]) {
    assert.match(out, said)
  }
  assert.ok(
    ![testAccount.token, testAccount.appSecret, testAccount.encodingAesKey].some((secret) =>
      out.includes(secret),
    ),
    'no secret is shown',
  )
})

void test("the doctor tells how far kefu's time is from the database's clock after a jump, and what to do", async (t) => {
  const {
    house: { jumpTo, rows, announce },
    end,
    doctor,
    believe,
  } = await house(t, { clockEveryMs: 100 })
  announce({ logs: [/clock has jumped/] })
  const { out: before } = await doctor()
  assert.match(before, /✔ kefu's time is the database's/)
  const hours = 3
  jumpTo(hours * 3600_000)
  await eventually(async () => {
    const [agreed] = await rows<{ value: string }>(
      "select value from installation where name = 'clock'",
    )
    const { offset } = JSON.parse(agreed?.value ?? '{}') as { offset: number }
    assert.equal(Math.round(offset / 3600_000), -hours, 'kefu does not follow')
  })
  const { code, out } = await doctor()
  assert.equal(code, 1)
  assert.match(out, /✘ The clock of the database has jumped: .*3\.0 h behind/)
  assert.match(out, /→ .*npm run believe-clock/)
  const running = await believe()
  assert.equal(running.code, 1)
  assert.match(running.out, /end that process first/)
  await end()
  assert.equal((await believe()).code, 0)
  assert.match((await doctor()).out, /✔ kefu's time is the database's/)
})

void test('the doctor explains errcode 40164 and names the list at WeChat to which the address must be added', async (t) => {
  const {
    house: { simulator },
    doctor,
  } = await house(t)
  await post(`${simulator}/sim/faults`, {
    path: '/cgi-bin/stable_token',
    kind: 'errcode',
    errcode: 40164,
    next: 0,
  })
  const { code, out } = await doctor()
  assert.equal(code, 1)
  assert.match(out, /✘ Test .*40164/)
  assert.match(out, /→ .*IP白名单/)
  assert.match(out, /1 of \d+ need attention/)
})

void test('the doctor distinguishes a wrong key, a key that others can read, an incomplete key and a missing one', async (t) => {
  const {
    house: { dir },
    doctor,
  } = await house(t)
  const other = await doctor({ SECRET_KEY: 'x'.repeat(32) })
  assert.equal(other.code, 1)
  assert.match(other.out, /✘ Test .*cannot be read with this key/)

  chmodSync(join(dir, 'secret.key'), 0o644)
  const open = await doctor()
  assert.equal(open.code, 1)
  assert.match(open.out, /✘ .*secret\.key can be read by others\.\n +→ chmod 600/)

  writeFileSync(join(dir, 'secret.key'), 'half', { mode: 0o600 })
  const half = await doctor()
  assert.equal(half.code, 1)
  assert.match(half.out, /secret\.key cannot be used\.\n +→ .*is not whole/)

  rmSync(join(dir, 'secret.key'))
  const gone = await doctor()
  assert.equal(gone.code, 1)
  assert.match(gone.out, /✘ There are accounts, but the key/)
  assert.ok(!existsSync(join(dir, 'secret.key')), 'the doctor makes none')
})

void test('the doctor distinguishes a PUBLIC_URL that leads elsewhere or nowhere from a kefu that is not running', async (t) => {
  const { end, doctor } = await house(t)
  const notFound = await doctor({ PUBLIC_URL: await answering(t, 404) })
  assert.equal(notFound.code, 1)
  assert.match(notFound.out, /was answered 404\.\n +→ .*does not know this account/)
  const nowhere = await doctor({ PUBLIC_URL: 'http://127.0.0.1:1' })
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.out, /does not answer within 5 s/)
  const proxied = await doctor({ PUBLIC_URL: 'https://127.0.0.1:1' })
  assert.match(proxied.out, /TRUSTED_PROXIES is empty/)
  await end()
  const still = await doctor({ WECHAT_API_BASE: await answering(t, 200) })
  assert.match(still.out, /✔ Test .*so the signature was not tried/)
})

void test('the doctor reports what is not set up yet, and unusable settings, in words and with exit code 1', async (t) => {
  const dir = makeFolder('doctor')
  const wechat = await answering(t, 200)
  const empty = await runScript('doctor', dir, { WECHAT_API_BASE: wechat })
  assert.equal(empty.code, 1)
  assert.match(empty.out, /✘ There is no .*kefu\.db yet/)
  assert.ok(!existsSync(join(dir, 'data')), 'the doctor makes nothing')
  const wrong = await runScript('doctor', dir, {
    SECRET_KEY: 'short',
    MEDIA_DIR: join(dir, 'media'),
  })
  assert.equal(wrong.code, 1)
  assert.match(wrong.out, /SECRET_KEY: at least 32 characters/)
  const media = await runScript('doctor', dir, {
    WECHAT_API_BASE: wechat,
    MEDIA_DIR: join(dir, 'media'),
  })
  assert.match(media.out, /✘ MEDIA_DIR .* does not exist/)
  const mysql = await runScript('doctor', dir, {
    WECHAT_API_BASE: wechat,
    DATABASE_URL: 'mysql://kefu:hidden@127.0.0.1:1/kefu',
  })
  assert.equal(mysql.code, 1)
  assert.match(mysql.out, /✘ SECRET_KEY is not set/)
  assert.match(mysql.out, /✘ The database at 127\.0\.0\.1:1 does not let kefu in/)
  assert.ok(!mysql.out.includes('hidden'))
})

void test('in safe mode the doctor sends an encrypted push like WeChat, and explains why a proxy refuses it', async (t) => {
  const {
    house: { admin, url },
    doctor,
  } = await house(t)
  const { id } = (await admin.call('GET', '/api/accounts')).body.items[0]
  assert.equal((await admin.call('PATCH', `/api/accounts/${id}`, { mode: 'safe' })).status, 200)
  const fine = await doctor()
  assert.equal(fine.code, 0, fine.out)
  assert.match(fine.out, /a push in its mode \(safe\) is taken/)
  assert.match(fine.out, /safe mode: nobody without its key/)

  // a proxy that passes GET requests on and refuses POST, so that WeChat's check of the address
  // works but its pushes do not
  const proxy = createServer((request, response) => {
    if (request.method === 'POST') {
      response.writeHead(413).end()
      return
    }
    void fetch(`${url}${request.url ?? ''}`).then(async (answer) => {
      response.writeHead(answer.status).end(await answer.text())
    })
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    proxy.close()
  })
  const refused = await doctor({
    PUBLIC_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  })
  assert.equal(refused.code, 1)
  assert.match(
    refused.out,
    /✘ Test .*a push in its mode \(safe\) was answered 413\.\n +→ The proxy takes too small bodies/,
  )
})

void test('the doctor names a missing permission with what is not possible without it, an address that WeChat refuses, an account that is not bound, and a platform without a ticket', async (t) => {
  const { house: opened, doctor } = await house(t)
  const { simulator, admin } = opened
  await post(`${simulator}/sim/faults`, {
    path: '/cgi-bin/media/get',
    kind: 'errcode',
    errcode: 48001,
    next: 0,
  })
  const { out, code } = await doctor()
  assert.equal(code, 1)
  assert.match(
    out,
    /✘ Test .*素材管理 \(media\): not allowed: 48001 .*\n +→ Pictures, voices and videos of followers cannot be fetched/,
  )
  assert.match(out, /✔ Test .*客服消息 .*: allowed/)
  assert.match(out, /1 of \d+ need attention/)

  await post(`${simulator}/sim/accounts`, {
    ...testAccount,
    callbackUrl: `${opened.url}/wechat/${testAccount.appid}`,
    ipWhitelist: ['203.0.113.7'],
  })
  const shut = await doctor()
  assert.match(shut.out, /✘ Test .*40164 .*\n +→ .*IP白名单.*WeChat saw 127\.0\.0\.1/)
  await post(`${simulator}/sim/accounts`, {
    ...testAccount,
    callbackUrl: `${opened.url}/wechat/${testAccount.appid}`,
    ipWhitelist: null,
  })

  const { id } = (await admin.call('GET', '/api/accounts')).body.items[0]
  await admin.call('PATCH', `/api/accounts/${id}`, { binding: 'unbound' })
  await (await follower(opened)).says('在吗')
  assert.match(
    (await doctor()).out,
    /✘ Test .*is not bound, and 1 pushes of its followers were not taken/,
  )

  await admin.call('POST', '/api/platforms', {
    componentAppid: 'wxabcdef1234567890',
    appSecret: 's'.repeat(32),
    token: 'platformtoken',
    encodingAesKey: 'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkj',
  })
  assert.match(
    (await doctor()).out,
    /✘ Platform wxabcdef1234567890: no ticket has ever arrived\.\n +→ .*授权事件接收URL/,
  )
})

void test('the doctor reports old pushes that were refused, and how to avoid that', async (t) => {
  const { house: first, end, doctor } = await house(t)
  const now = Math.floor(Date.now() / 1000)
  const push = async (to: House, id: string, at: number) =>
    (await rawPush(to, textXml('o1', id, '在吗'), signed(undefined, at))).status
  assert.equal(await push(first, '1', now), 200)
  await eventually(async () => {
    const [row] = await first.rows<{ newest_push: number | null }>(
      'select newest_push from official_account',
    )
    assert.equal(row?.newest_push, now * 1000)
  })
  // the product is started again, because a new process stores push times at once, and a running
  // one only every minute
  await end()
  const at = await openHouse({ dir: first.dir })
  t.after(() => at.close())
  at.announce({ logs: [/old pushes were refused/] })
  assert.equal(await push(at, '2', now - 11 * 60), 403)
  await eventually(async () => {
    const [row] = await at.rows<{ old_pushes: number }>('select old_pushes from official_account')
    assert.equal(row?.old_pushes, 1)
  })
  const { code, out } = await doctor({
    WECHAT_API_BASE: at.simulator,
    PORT: new URL(at.url).port,
  })
  assert.equal(code, 1)
  assert.match(
    out,
    /✘ Test .*: 1 old pushes were refused, the last at .*: somebody sends again what they have kept\.\n +→ Choose safe mode/,
  )
})

void test('the doctor reports pushes that the database refused until an admin has seen them', async (t) => {
  // scheduled jobs are off, because one of them would soon read the refused push again
  const { house: at, doctor } = await house(t, { withoutCron: true })
  at.announce({ refused: true })
  await refuseLines(at, 'poison')
  assert.equal((await (await follower(at)).says('poison', { copies: 3 })).status, 200)
  const { code, out } = await doctor()
  assert.equal(code, 1)
  assert.match(
    out,
    /✘ Company .*: the database refused 1 push of its followers, and nobody has seen to it\.\n +→ An admin sees/,
  )
  const { items } = (await at.admin.call('GET', '/api/pushes/refused')).body as {
    items: { id: string }[]
  }
  await at.admin.call('POST', `/api/pushes/refused/${items[0]?.id ?? ''}/read`, {})
  const after = await doctor()
  assert.equal(after.code, 0, after.out)
  assert.doesNotMatch(after.out, /the database refused/)
})
