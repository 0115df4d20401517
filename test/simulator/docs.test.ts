// docs/simulator.md is what strangers build by: it names every call, event, fault and way to tamper that there is.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { eventNames, faultKinds } from 'wechat-simulator'
import { endpoints } from '#simulator/api/endpoints'
import { tampers } from '#simulator/push/write'
import { routes } from '#simulator/sim/routes'

const text = readFileSync(resolve(import.meta.dirname, '../../../docs/simulator.md'), 'utf8')

test('every call of the platform that is played is named', () => {
  assert.ok(Object.keys(endpoints).length >= 90)
  for (const path of Object.keys(endpoints)) {
    assert.ok(text.includes(`\`${path.replace(/^\/cgi-bin/, '')}\``), path)
  }
})

test('every call that drives it is named', () => {
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

test('every event, fault and way to tamper is named', () => {
  for (const name of eventNames) assert.ok(text.toLowerCase().includes(`\`${name}\``), name)
  for (const name of [...faultKinds, ...tampers]) assert.ok(text.includes(`\`${name}\``), name)
})
