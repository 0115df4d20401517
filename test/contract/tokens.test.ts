// Tests that two processes share one access token for each account.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createClient, type StoredToken, type TokenStore } from 'wechat-api-ts'
import { startMariadb } from '../../scripts/services/mariadb.ts'
import { startRedis } from '../../scripts/services/redis.ts'
import { openTokenStore, type TokenNeeds } from '../../src/channels/tokens.ts'
import { openClock } from '../../src/clock.ts'
import { newId } from '../../src/ids.ts'
import { silentLog } from '../../src/log.ts'
import { openSecrets } from '../../src/secrets.ts'
import { openStore } from '../../src/store/open.ts'
import { fakeWechat, json } from '../wechat/fake-wechat.ts'
import { openOne } from './editions.ts'
import { comesLater } from '../support/pauses.ts'

const companyId = 'c'.repeat(32)
const renewed =
  (token: string, expiresAt = Date.now() + 7_200_000) =>
  async (): Promise<StoredToken> => ({ token, expiresAt })

async function servers(t: TestContext) {
  const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()])
  t.after(() => Promise.all([mariadb.stop(), redis.stop()]))
  const process = async (key = 'a secret key') => {
    const [store, backends] = await Promise.all([
      openStore({ url: mariadb.url, dataDir: '', log: silentLog }),
      openOne(redis.url),
    ])
    t.after(() => Promise.all([store.close(), backends.close()]))
    const needs: TokenNeeds = {
      store,
      cache: backends.cache,
      clock: openClock(Date.now()),
      ids: newId,
      secrets: openSecrets(key),
    }
    return { needs, tokens: openTokenStore(needs, companyId) }
  }
  return { redis, process }
}

void test('an access token fetched by one process is used by the other, but not for another company, and cannot be read without the encryption key', async (t) => {
  const { redis, process } = await servers(t)
  const [here, there] = [await process(), await process()]
  await here.tokens.renew('wx1', renewed('ACCESS'))
  assert.equal((await there.tokens.get('wx1'))?.token, 'ACCESS')
  assert.equal(await there.tokens.get('wx2'), null)
  assert.equal(
    await openTokenStore({ ...there.needs, secrets: openSecrets('another key') }, companyId).get(
      'wx1',
    ),
    null,
  )
  assert.equal(
    await openTokenStore(there.needs, 'd'.repeat(32)).get('wx1'),
    null,
    'another company does not get it',
  )
  const sealed = [
    await there.needs.cache.get(`token:${companyId}:wx1`),
    (await there.needs.store.read.tokens.find({ companyId, key: 'wx1' }))?.sealed,
  ]
  assert.equal(sealed[0], sealed[1])
  assert.doesNotMatch(String(sealed[0]), /ACCESS/)

  await here.needs.cache.delete(`token:${companyId}:wx1`)
  assert.equal((await there.tokens.get('wx1'))?.token, 'ACCESS', 'SQL holds it')
  redis.pause()
  assert.equal((await there.tokens.get('wx1'))?.token, 'ACCESS', 'and needs no cache')
  redis.resume()
})

void test('a hundred messages sent by two processes with an invalid token cause a single renewal', async (t) => {
  const { process } = await servers(t)
  const { url, of } = await fakeWechat(t, ({ path, token }, response) => {
    if (path.endsWith('/stable_token')) {
      void comesLater(50).then(() => {
        json(response, { access_token: 'T2', expires_in: 7200 })
      })
    } else {
      json(response, token === 'T2' ? { errcode: 0 } : { errcode: 40001, errmsg: 'not latest' })
    }
  })
  const processes = [await process(), await process()]
  await processes[0]!.tokens.renew('wx1', renewed('T1'))
  const clients = processes.map(({ tokens }) =>
    createClient({ appid: 'wx1', secret: 's', baseUrl: url, tokens }),
  )
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      clients[i % 2]!.custom.send({ touser: `o${i}`, msgtype: 'text', text: { content: '好' } }),
    ),
  )
  assert.ok(
    of('/send').filter(({ token }) => token === 'T1').length > 2,
    'the dead token was tried by both',
  )
  assert.equal(of('/send').filter(({ token }) => token === 'T2').length, 100)
  assert.equal(of('/stable_token').length, 1)
})

void test('a process that lost the lease for renewing a token does not overwrite the newer token', async (t) => {
  const { process } = await servers(t)
  const [here, there] = [await process(), await process()]
  await here.tokens.renew('wx1', renewed('T1'))
  const lease = { companyId, key: 'wx1' }
  const kept = await here.tokens.renew('wx1', async () => {
    // the first process sleeps until its lease has expired, and the second one renews the token
    await here.needs.store.work('rest', (unit) =>
      unit.sql.run('update access_token set lease_until = 0 where token_key = ?', [lease.key]),
    )
    await there.tokens.renew('wx1', renewed('NEWER'))
    return renewed('OLDER')()
  })
  assert.equal(kept.token, 'NEWER')
  assert.equal((await there.tokens.get('wx1'))?.token, 'NEWER')
})

void test('if a process dies while it renews a token, others wait for its lease, but only for a limited time', async (t) => {
  const { process } = await servers(t)
  const [here, there] = [await process(), await process()]
  const { store, clock } = here.needs
  await store.work('rest', (unit) =>
    unit.tokens.lease({
      companyId,
      key: 'wx1',
      token: newId(),
      now: clock.now(),
      until: clock.now() + 300,
    }),
  )
  const calls: TokenStore[] = [here.tokens, there.tokens]
  let renewals = 0
  const got = await Promise.all(
    calls.map((tokens) =>
      tokens.renew('wx1', async (newest) => newest ?? (renewals++, await renewed('T1')())),
    ),
  )
  assert.deepEqual([got.map(({ token }) => token), renewals], [['T1', 'T1'], 1])
})
