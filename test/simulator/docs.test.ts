// Its README is what strangers build by: in both languages it names every call, event, fault and way to tamper that there is.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { eventNames, faultKinds } from 'wechat-simulator'
import { endpoints } from '#simulator/api/endpoints'
import { tampers } from '#simulator/push/write'
import { routes } from '#simulator/sim/routes'

const readmes = ['README.md', 'README.zh-CN.md'].map((name) => ({
  name,
  text: readFileSync(
    resolve(import.meta.dirname, '../../../packages/wechat-simulator', name),
    'utf8',
  ),
}))

for (const { name, text } of readmes) {
  test(`${name} of the simulator names every call of the platform that is played`, () => {
    assert.ok(Object.keys(endpoints).length >= 90)
    for (const path of Object.keys(endpoints)) {
      assert.ok(text.includes(`\`${path.replace(/^\/cgi-bin/, '')}\``), path)
    }
  })

  test(`${name} of the simulator names every call that drives it`, () => {
    for (const [method, path] of routes) {
      const written = path.source
        .replace(/^\^|\$$/g, '')
        .replaceAll('\\/', '/')
        .split('([^/]+)')
      const pattern = new RegExp(
        `${method} ${written.map((part) => part.replace(/[.]/g, '\\.')).join(':\\w+')}(?![\\w/])`,
      )
      assert.match(text, pattern, `${method} ${path.source}`)
    }
  })

  test(`${name} of the simulator names every event, fault and way to tamper`, () => {
    for (const event of eventNames) {
      assert.ok(text.toLowerCase().includes(`\`${event}\``), event)
    }
    for (const word of [...faultKinds, ...tampers]) assert.ok(text.includes(`\`${word}\``), word)
  })
}
