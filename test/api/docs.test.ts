// The page with the API documentation comes from this server alone, so it can be read without
// internet access.
import assert from 'node:assert/strict'
import test from 'node:test'
import { asNobody } from '../support/api.ts'
import { openHouse } from '../support/app.ts'

void test('the API documentation page refers only to files of this server, and its security policy allows no others', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const reader = asNobody(house)
  const { text: html } = await reader
    .get('/api/docs')
    .expect(200)
    .expect('Content-Security-Policy', /default-src 'none'; script-src 'self'; style-src 'self'/)
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name)
  assert.equal(named.length, 3)
  for (const name of named) {
    const file = await reader
      .get(name)
      .expect(200)
      .expect('Content-Type', /javascript|css/)
    if (name.endsWith('start.js')) assert.match(file.text, /\/api\/openapi\.json/)
  }
  assert.doesNotMatch(html, /<script>|style=/)
})
