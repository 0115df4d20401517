// The API page is served from files of the house, so it can be read without a network.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'

void test('the API page names only files that this server has, and its policy lets nothing else in', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const page = await fetch(`${house.url}/api/docs`)
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  const html = await page.text()
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name)
  assert.equal(named.length, 3)
  for (const name of named) {
    const file = await fetch(`${house.url}${name}`)
    assert.equal(file.status, 200, name)
    assert.match(file.headers.get('content-type') ?? '', /javascript|css/)
    if (name.endsWith('start.js')) assert.match(await file.text(), /\/api\/openapi\.json/)
  }
  assert.doesNotMatch(html, /<script>|style=/)
})
