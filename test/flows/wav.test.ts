// WeChat does not accept WAV as a voice message, but many programs record it, so uploaded WAVs are
// converted to MP3.
import assert from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openVoiceEncoder } from '../../src/actions/media/wav-to-mp3.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { openDesk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { readMp3, wavOf, type Sound } from '../support/wav.ts'

const files = (house: House) =>
  readdirSync(join(house.dir, 'media'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  ).length

async function mp3From(actor: Actor, sound: Sound) {
  const { status, body } = await actor.upload(wavOf(sound), '录音.WAV')
  assert.equal(status, 201, JSON.stringify(body))
  const got = await actor.get(body.url)
  assert.equal(got.headers.get('content-type'), 'audio/mpeg')
  return { body, ...readMp3(new Uint8Array(await got.arrayBuffer())) }
}

void test('a WAV uploaded by an agent becomes an MP3 of the same length and reaches the follower as a voice message', async (t) => {
  const { house, customer, agent, id } = await openDesk(t)
  const { body, ...mp3 } = await mp3From(agent, {
    seconds: 3,
    rate: 44_100,
    channels: 2,
    hertz: [440, 660],
  })
  assert.deepEqual(
    [body.type, body.mime, body.name, mp3.rate, mp3.channels],
    ['voice', 'audio/mpeg', '录音.mp3', 44_100, 2],
  )
  assert.ok(mp3.seconds >= 3 && mp3.seconds < 3.2, String(mp3.seconds))
  assert.equal(files(house), 1, 'the WAV itself is not kept')
  const sent = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: '1',
    type: 'voice',
    mediaId: body.id,
  })
  assert.equal(sent.status, 202, JSON.stringify(sent.body))
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map(({ type }) => type),
      ['voice'],
    )
  })
})

void test('WAVs of unusual sample rates and channel counts are converted to a rate that MP3 supports', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const kinds: [Sound, rate: number, channels: number][] = [
    [{ rate: 8000, bits: 8 }, 16_000, 1],
    [{ rate: 11_000, channels: 2 }, 16_000, 2],
    [{ rate: 37_800, bits: 24 }, 32_000, 1],
    [{ rate: 96_000, bits: 32, float: true, extensible: true }, 48_000, 1],
    [{ rate: 44_100, channels: 6 }, 44_100, 1],
  ]
  for (const [sound, rate, channels] of kinds) {
    const mp3 = await mp3From(house.admin, sound)
    assert.deepEqual([mp3.rate, mp3.channels], [rate, channels])
    assert.ok(mp3.seconds >= 1 && mp3.seconds < 1.3, String(mp3.seconds))
  }
})

void test('a WAV that is broken, truncated, compressed, empty or too long is refused with advice, and nothing of it is kept', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const good = wavOf()
  const compressed = Buffer.from(good)
  compressed.writeUInt16LE(2, 20)
  const refused: [bytes: Buffer, status: number, code: string, says: RegExp][] = [
    [good.subarray(0, 20), 400, 'invalid_input', /damaged.*Save it again.*PCM.*MP3/],
    [good.subarray(0, 9000), 400, 'invalid_input', /cut off.*Upload it again/],
    [compressed, 400, 'invalid_input', /compressed.*Save it again/],
    [wavOf({ seconds: 0 }), 400, 'invalid_input', /no sound.*record it again/],
    [wavOf({ seconds: 60.5, rate: 8000 }), 413, 'too_large', /60 s, and this one has 61 s/],
    [Buffer.concat([good, Buffer.alloc(21 * 1024 * 1024)]), 413, 'too_large', /WAV/],
  ]
  for (const [bytes, status, code, says] of refused) {
    const answer = await house.admin.upload(bytes, 'a.wav')
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
    assert.match(answer.body.error.message, says)
  }
  assert.equal(files(house), 0)
  assert.equal((await house.admin.upload(wavOf({ seconds: 60, rate: 8000 }))).status, 201)
})

void test('an upload that cannot be stored in the vault leaves nothing behind, and succeeds once there is room', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  house.announce({ logs: ['a call failed'], unserved: { most: 1, why: 'there is no place' } })
  const [company] = await house.rows<{ company_id: string }>('select company_id from company')
  const obstacle = join(house.dir, 'media', company?.company_id ?? '')
  writeFileSync(obstacle, '')
  assert.equal((await house.admin.upload(wavOf())).status, 500)
  rmSync(obstacle)
  assert.equal(files(house), 0)
  assert.equal((await house.admin.upload(wavOf())).status, 201)
})

void test('ten WAVs uploaded at once, good and broken ones, are converted while pushes are still answered', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('first')
  const good = wavOf({ seconds: 30, rate: 44_100, channels: 2, hertz: [440, 660] })
  let [pushes, seen, encoded] = [0, 0, 0]
  const beside: number[] = []
  const uploads = Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const isBroken = n % 3 === 2
      const bytes = isBroken ? good.subarray(0, good.length - 2) : good
      const { status } = await house.admin.upload(bytes, `${n}.wav`)
      encoded += 1
      if (!isBroken) {
        beside.push(pushes - seen)
        seen = pushes
      }
      return status
    }),
  )
  for (; encoded < 10; pushes += 1) await customer.says(`line ${pushes}`)
  assert.deepEqual(await uploads, [201, 201, 400, 201, 201, 400, 201, 201, 400, 201])
  const whileEncoding = beside.slice(1).reduce((sum, one) => sum + one, 0)
  assert.ok(whileEncoding > 6 * 5, `${whileEncoding} pushes came between seven files`)
})

void test('a WAV whose conversion takes too long on a busy machine is refused for now, and not as a bad file', async () => {
  const voices = openVoiceEncoder(1)
  const bytes = wavOf({ seconds: 30, rate: 44_100, channels: 2, hertz: [440, 660] })
  const refused = { code: 'overloaded', details: { retryAfter: 5 } }
  await assert.rejects(() => voices.mp3(() => Promise.resolve(bytes)), refused)
  await voices.close()
})
