// Users of the simulator rely on its README, so in both languages it must name every call, event,
// fault and way to tamper.
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
  test(`the simulator's ${name} names every call of WeChat that is simulated`, () => {
    assert.ok(Object.keys(endpoints).length >= 90)
    for (const path of Object.keys(endpoints)) {
      assert.ok(text.includes(`\`${path.replace(/^\/cgi-bin/, '')}\``), path)
    }
  })

  test(`the simulator's ${name} names every call that controls the simulator`, () => {
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

  test(`the simulator's ${name} names every event, every fault and every way to tamper with a push`, () => {
    for (const event of eventNames) {
      assert.ok(text.toLowerCase().includes(`\`${event}\``), event)
    }
    for (const word of [...faultKinds, ...tampers]) assert.ok(text.includes(`\`${word}\``), word)
  })
}
