// The media vault by its doors.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import test from 'node:test'
import { openHouse, password, signIn, type Actor, type House } from '../support/app.ts'
import { amr, gif, mp4, pdf, png } from '../support/files.ts'

const files = (house: House) =>
  readdirSync(join(house.dir, 'media'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )

void test('what is stored comes back byte by byte, with the type its bytes have and nothing that runs', async (t) => {
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
    const stored = await house.admin.upload(bytes, 'x.html"\r\nX: 1; ../../价目表.html')
    assert.equal(stored.status, 201, JSON.stringify(stored.body))
    assert.deepEqual(
      [stored.body.type, stored.body.size, stored.body.url],
      [type, bytes.length, `/api/media/${stored.body.id}`],
    )
    const got = await house.admin.get(stored.body.url)
    assert.equal(got.status, 200)
    assert.deepEqual(new Uint8Array(await got.arrayBuffer()), bytes)
    assert.equal(got.headers.get('content-type'), mime)
    assert.equal(got.headers.get('x-content-type-options'), 'nosniff')
    assert.match(got.headers.get('content-security-policy') ?? '', /default-src 'none'; sandbox/)
    assert.ok(got.headers.get('content-disposition')?.startsWith(way), mime)
    assert.equal(got.headers.get('x'), null, 'a name writes no header')
  }
})

void test('a part is answered as a part, what was not changed as 304, and a stranger not at all', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const { url } = (await house.admin.upload(mp4, 'a.mp4')).body
  const part = await house.admin.get(url, { Range: 'bytes=4-11' })
  assert.equal(part.status, 206)
  assert.equal(part.headers.get('content-range'), `bytes 4-11/${mp4.length}`)
  assert.equal(await part.text(), 'ftypisom')
  assert.equal((await house.admin.get(url, { Range: 'bytes=9999-' })).status, 416)
  const etag = (await house.admin.get(url)).headers.get('etag') ?? ''
  assert.match(etag, /^"[0-9a-f]{64}"$/)
  assert.equal(
    (await house.admin.get(url, { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' })).status,
    304,
  )
  assert.equal((await fetch(`${house.url}${url}`)).status, 401)

  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const stranger = await signIn(house.url, 'boss-b')
  assert.equal((await stranger.get(url)).status, 404)
})

void test('equal files of a company are one; of two companies they are two', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const before = files(house).length
  const stored = await Promise.all(
    Array.from({ length: 4 }, () => house.admin.upload(png, 'same.png')),
  )
  assert.equal(new Set(stored.map((one) => one.body.id)).size, 1)
  assert.equal(files(house).length, before + 1)
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const other = await signIn(house.url, 'boss-b')
  assert.notEqual((await other.upload(png)).body.id, stored[0]?.body.id)
  assert.equal(files(house).length, before + 2)
})

void test('what is too large is 413, what is none of the kinds 415, what is no form 415, without a file 400; nothing of it stays', async (t) => {
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
    const refused = await house.admin.upload(bytes, 'picture.png')
    assert.deepEqual([refused.status, refused.body.error.code], [status, code])
  }
  const send = async (actor: Actor, type: string, body: string) => {
    const answer = await fetch(`${house.url}/api/media`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${actor.token}`, 'Content-Type': type },
      body,
    })
    return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code]
  }
  assert.deepEqual(await send(house.admin, 'application/json', '{}'), [415, 'wrong_type'])
  assert.deepEqual(
    await send(
      house.admin,
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
    ),
    [400, 'invalid_input'],
  )
  assert.deepEqual(
    await send(
      house.admin,
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nGIF89a cut',
    ),
    [400, 'invalid_input'],
  )
  assert.deepEqual(await send(house.admin, 'multipart/form-data; boundary=b', 'no form at all'), [
    400,
    'invalid_input',
  ])
  assert.equal(files(house).length, before)
  assert.equal((await house.rows('select * from resources')).length, 0)
})

void test('a boundary that is cut anywhere between two pieces is found', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  // what looks like the boundary inside the file is part of it
  const content = Buffer.concat([Buffer.from(png), Buffer.from('\r\n--x\r\n--boundar\r\n')])
  const form = Buffer.concat([
    Buffer.from(
      '--boundary\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n',
    ),
    content,
    Buffer.from('\r\n--boundary--\r\n'),
  ])
  for (const size of [1, 3, 7, 64]) {
    const answer = await new Promise<{ status: number | undefined; id: string }>(
      (resolve, reject) => {
        const call = request(
          `${house.url}/api/media`,
          {
            method: 'POST',
            headers: {
              Authorization: `Bearer ${house.admin.token}`,
              'Content-Type': 'multipart/form-data; boundary="boundary"',
              'Content-Length': form.length,
            },
          },
          (response) => {
            let text = ''
            response.on('data', (chunk: Buffer) => {
              text += chunk.toString()
            })
            response.on('end', () => {
              resolve({ status: response.statusCode, id: (JSON.parse(text) as { id: string }).id })
            })
          },
        )
        call.on('error', reject)
        call.setNoDelay(true)
        for (let at = 0; at < form.length; at += size) call.write(form.subarray(at, at + size))
        call.end()
      },
    )
    assert.equal(answer.status, 201)
    assert.deepEqual(
      Buffer.from(await (await house.admin.get(`/api/media/${answer.id}`)).arrayBuffer()),
      content,
    )
  }
})

void test('a file whose bytes are gone is 404, not an empty picture; stored again it is there', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const { url } = (await house.admin.upload(png)).body
  const [file] = files(house)
  assert.ok(file)
  const path = join(file.parentPath, file.name)
  assert.deepEqual(new Uint8Array(readFileSync(path)), png)
  assert.match(path, /media\/[0-9a-f]{32}\/[0-9a-f]{2}\/[0-9a-f]{64}$/)
  rmSync(path)
  assert.equal((await house.admin.get(url)).status, 404)
  assert.equal((await house.admin.upload(png)).body.url, url)
  assert.ok(existsSync(path))
  assert.equal((await house.admin.get(url)).status, 200)
})
