// Tests the media vault (the store for files) through the API: upload, download, and what is
// refused.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import test from 'node:test'
import { as, asNobody, refusal } from '../support/api.ts'
import { openHouse, password, signIn, type Actor, type House } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { amr, gif, mp4, pdf, png } from '../support/files.ts'

const files = (house: House) =>
  readdirSync(join(house.dir, 'media'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
const upload = (actor: Actor, bytes: Uint8Array, name = 'a.bin') =>
  as(actor)
    .post('/api/media')
    .field('note', 'before the file')
    .attach('file', Buffer.from(bytes), name)
/** Downloads a file as raw bytes. */
const download = (actor: Actor, url: string) => as(actor).get(url).responseType('blob')

/** Builds a form by hand, because supertest's `attach` would shorten the name. */
const form = (bytes: Uint8Array, name: string, boundary = 'b') =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n`,
    ),
    Buffer.from('Content-Type: image/png\r\n\r\n'),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
const sendForm = (actor: Actor, body: Buffer | string, type = 'multipart/form-data; boundary=b') =>
  as(actor).post('/api/media').type(type).send(body)

async function bossOfB(house: House): Promise<Actor> {
  const admin = { username: 'boss-b', password }
  await as(house.admin).post('/api/companies').send({ name: 'B', admin }).expect(201)
  return signIn(house.url, admin.username)
}

void test('a file of the vault is returned byte by byte, with the type of its content and under a policy that lets nothing in it run', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const kinds: [Uint8Array, string, string, string][] = [
    [png, 'image', 'image/png', 'inline'],
    [gif, 'image', 'image/gif', 'inline'],
    [amr, 'voice', 'audio/amr', 'inline'],
    [mp4, 'video', 'video/mp4', 'inline'],
    [pdf, 'file', 'application/pdf', 'attachment'],
  ]
  for (const [bytes, type, mime, way] of kinds) {
    const name = 'x.html%22%0D%0AX: 1; ../../价目表.html'
    const { body: stored } = await sendForm(house.admin, form(bytes, name)).expect(201)
    assert.deepEqual(
      [stored.type, stored.size, stored.url],
      [type, bytes.length, `/api/media/${stored.id}`],
    )
    const got = await download(house.admin, stored.url)
      .expect(200)
      .expect('Content-Type', mime)
      .expect('X-Content-Type-Options', 'nosniff')
      .expect('Content-Security-Policy', /default-src 'none'; sandbox/)
      .expect('Content-Disposition', new RegExp(`^${way}`))
    assert.deepEqual(new Uint8Array(got.body), bytes)
    assert.equal(got.headers['x'], undefined, 'a name writes no header')
  }
})

void test('a file of the vault can be requested in parts or conditionally (304), but only by signed-in people of its company', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const { url } = (await upload(house.admin, mp4, 'a.mp4').expect(201)).body
  const part = await download(house.admin, url)
    .set('Range', 'bytes=4-11')
    .expect(206)
    .expect('Content-Range', `bytes 4-11/${mp4.length}`)
  assert.equal(String(part.body), 'ftypisom')
  await download(house.admin, url).set('Range', 'bytes=9999-').expect(416)
  const whole = await download(house.admin, url).expect('ETag', /^"[0-9a-f]{64}"$/)
  await download(house.admin, url)
    .set('If-None-Match', whole.headers['etag'] ?? '')
    .set('Cache-Control', 'max-age=0')
    .expect(304)
  await asNobody(house).get(url).expect(401)
  await as(await bossOfB(house))
    .get(url)
    .expect(404)
})

void test('equal files of one company are stored once, equal files of two companies separately', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const before = files(house).length
  const stored = await Promise.all(
    Array.from({ length: 4 }, async () => upload(house.admin, png, 'same.png').expect(201)),
  )
  assert.equal(new Set(stored.map((one) => one.body.id)).size, 1)
  assert.equal(files(house).length, before + 1)
  const other = await upload(await bossOfB(house), png).expect(201)
  assert.notEqual(other.body.id, stored[0]?.body.id)
  assert.equal(files(house).length, before + 2)
})

void test('an upload that is too large gets 413, of an unknown type 415, not as a form 415, without a file 400; nothing of it is kept', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const before = files(house).length
  const large = new Uint8Array(11 * 1024 * 1024)
  large.set(png)
  const huge = new Uint8Array(21 * 1024 * 1024)
  huge.set(pdf)
  for (const [bytes, status, code] of [
    [large, 413, 'too_large'],
    [huge, 413, 'too_large'],
    [new TextEncoder().encode('<script>alert(1)</script>'), 415, 'wrong_type'],
    [new TextEncoder().encode('{"errcode":40007}'), 415, 'wrong_type'],
    [new TextEncoder().encode('MZ\0\0'), 415, 'wrong_type'],
    [new Uint8Array(), 415, 'wrong_type'],
  ] as const) {
    await upload(house.admin, bytes, 'picture.png').expect(status).expect(refusal(code))
  }
  await as(house.admin).post('/api/media').send({}).expect(415).expect(refusal('wrong_type'))
  for (const body of [
    '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nGIF89a cut',
    `--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nGIF89a ${'cut later'.repeat(50_000)}`,
    'no form at all',
  ]) {
    await sendForm(house.admin, body).expect(400).expect(refusal('invalid_input'))
  }
  assert.equal(files(house).length, before)
  assert.equal((await house.rows('select * from resources')).length, 0)
})

void test("an upload is read correctly wherever the network splits the form's boundary", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  // text inside the file that only resembles the boundary belongs to the file
  const content = Buffer.concat([Buffer.from(png), Buffer.from('\r\n--x\r\n--boundar\r\n')])
  const body = form(content, 'p.png', 'boundary')
  for (const size of [1, 3, 7, 64]) {
    const call = as(house.admin)
      .post('/api/media')
      .type('multipart/form-data; boundary="boundary"')
      .set('Content-Length', String(body.length))
    for (let at = 0; at < body.length; at += size) call.write(body.subarray(at, at + size))
    const { body: stored } = await call.expect(201)
    const got = await download(house.admin, stored.url).expect(200)
    assert.deepEqual(got.body, content)
  }
})

void test('an upload is read with its name, however the client writes the header of the part', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const headers = [
    ['name="file"; filename="价.png"', '价.png'],
    ['name="file"; filename="a\\"b.png"', 'a"b.png'],
    ["name=file; filename*=UTF-8''%E4%BB%B7.png", '价.png'],
    ['name="file"', ''],
  ] as const
  for (const [n, [header, name]] of headers.entries()) {
    const head = `--b\r\nContent-Disposition: form-data; ${header}\r\n\r\n`
    // each file is different, because a file that is uploaded again keeps its first name
    const bytes = [Buffer.from(head), Buffer.from(png), Buffer.from(`${n}\r\n--b--\r\n`)]
    const { body: stored } = await sendForm(house.admin, Buffer.concat(bytes)).expect(201)
    const [row] = await house.rows<{ file_name: string }>(
      'select file_name from resources where resources_id = ?',
      [stored.id],
    )
    assert.equal(row?.file_name, name, header)
  }
})

const throughBalancer = isCluster && 'the balancer passes a body on when it is whole'
void test(
  'of an upload whose client goes away in the middle of the file nothing is kept',
  { skip: throughBalancer },
  async (t) => {
    const house = await openHouse()
    t.after(() => house.close())
    const before = files(house).length
    const whole = form(new Uint8Array(1024 * 1024).fill(7), 'cut.pdf')
    const call = request(`${house.url}/api/media`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${house.admin.token}`,
        'Content-Type': 'multipart/form-data; boundary=b',
        'Content-Length': whole.length,
      },
    })
    call.on('error', () => undefined)
    call.write(whole.subarray(0, whole.length / 2))
    await eventually(() => {
      assert.equal(files(house).length, before + 1, 'the premise: it is being received')
    })
    call.destroy()
    await eventually(() => {
      assert.equal(files(house).length, before)
    })
  },
)

void test('a file whose bytes have been lost is answered 404 instead of as an empty picture, and can be downloaded again after it is uploaded again', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const { url } = (await upload(house.admin, png).expect(201)).body
  const [file] = files(house)
  assert.ok(file)
  const path = join(file.parentPath, file.name)
  assert.deepEqual(new Uint8Array(readFileSync(path)), png)
  assert.match(path, /media\/[0-9a-f]{32}\/[0-9a-f]{2}\/[0-9a-f]{64}$/)
  rmSync(path)
  await download(house.admin, url).expect(404)
  assert.equal((await upload(house.admin, png).expect(201)).body.url, url)
  assert.ok(existsSync(path))
  assert.deepEqual(new Uint8Array((await download(house.admin, url).expect(200)).body), png)
})
