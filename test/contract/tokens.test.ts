// Two processes, one account, one token.
import assert from 'node:assert/strict'
import test from 'node:test'
import { startRedis } from '../../scripts/services/redis.ts'
import { openTokenStore } from '../../src/channels/tokens.ts'
import { openClock } from '../../src/clock.ts'
import { openSecrets } from '../../src/secrets.ts'
import { openOne } from './editions.ts'

void test('a token fetched by one process is used by the other, and cannot be read without the key', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const [here, there] = [await openOne(service.url), await openOne(service.url)]
  t.after(() => Promise.all([here.close(), there.close()]))
  const clock = openClock(Date.now())
  const storeOf = (cache: typeof here.cache, key = 'a secret key') => openTokenStore({ cache, clock, secrets: openSecrets(key) })

  const token = { token: 'ACCESS', expiresAt: clock.now() + 7_200_000 }
  await storeOf(here.cache).set('wx1', token)
  assert.deepEqual(await storeOf(there.cache).get('wx1'), token)
  assert.equal(await storeOf(there.cache, 'another key').get('wx1'), null)
  assert.equal(await storeOf(there.cache).get('wx2'), null)
  assert.doesNotMatch(await there.cache.get('token:wx1') ?? '', /ACCESS/)

  const second = storeOf(there.cache)
  await second.set('wx1', { ...token, token: 'NEWER' })
  assert.equal((await storeOf(here.cache).get('wx1'))?.token, 'NEWER')
  await here.cache.delete('token:wx1')
  assert.equal((await second.get('wx1'))?.token, 'NEWER', 'who knows it tells it again')
  assert.equal((await storeOf(here.cache).get('wx1'))?.token, 'NEWER')
  service.pause()
  assert.equal((await second.get('wx1'))?.token, 'NEWER', 'and needs no cache')
  service.resume()
})
