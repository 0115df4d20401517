// Compares documents with the code: settings, links, rights.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import test from 'node:test'
import { defaultSettings, ranges } from '../../rules/settings.ts'
import { rightsFile, rightsPage } from '../../scripts/rights.ts'
import { settings } from '../../src/config.ts'
import { reaches, type Reach } from '../../src/http/engine/reach.ts'
import { reachesOf } from '../../src/http/engine/route.ts'
import { routes } from '../../src/http/routes.ts'
import { settingsPatch } from '../../src/http/routes/settings.ts'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const names = Object.keys(settings.shape)

void test('.env.example and docs/configuration.md list the same settings as config.ts, in the same order', () => {
  const inExample = [...read('.env.example').matchAll(/^# ?([A-Z][A-Z_]+)=/gm)].map(
    (match) => match[1],
  )
  assert.deepEqual(inExample, names)
  const inDocs = [...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(
    (match) => match[1],
  )
  assert.deepEqual(inDocs, names)
})

void test("docs/configuration.md lists a company's settings in order with default and range, and the API accepts them", () => {
  const rows = [
    ...read('docs/configuration.md').matchAll(/^\| `([a-z]\w+)` \| `(.*?)` \| (.*?) \|/gm),
  ].map(([, name = '', fallback = '', range = '']) => ({ name, fallback, range }))
  assert.deepEqual(
    rows.map((row) => row.name),
    Object.keys(defaultSettings),
  )
  assert.deepEqual(
    Object.fromEntries(rows.map((row) => [row.name, JSON.parse(row.fallback) as unknown])),
    defaultSettings,
  )
  assert.deepEqual(Object.keys(settingsPatch.shape).sort(), Object.keys(defaultSettings).sort())
  for (const [name, [least, most]] of Object.entries(ranges)) {
    assert.equal(rows.find((row) => row.name === name)?.range, `${least} to ${most}`)
    for (const [value, ok] of [
      [least, true],
      [most, true],
      [least - 1, false],
      [most + 1, false],
    ] as const) {
      assert.equal(settingsPatch.safeParse({ [name]: value }).success, ok, `${name} ${value}`)
    }
  }
})

void test('every file that a document links to exists', () => {
  const documents = [
    ...readdirSync(root),
    ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) =>
      join('docs', String(name)),
    ),
    ...readdirSync(join(root, 'packages')).flatMap((name) =>
      readdirSync(join(root, 'packages', name)).map((file) => join('packages', name, file)),
    ),
  ].filter((name) => name.endsWith('.md'))
  assert.ok(documents.length > 10)
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (!/^https?:/.test(target)) {
        assert.ok(existsSync(join(root, dirname(document), target)), `${document} → ${target}`)
      }
    }
  }
})

void test('docs/rights.md matches what the routes declare about who may call them', () => {
  assert.equal(
    readFileSync(rightsFile, 'utf8'),
    rightsPage(),
    'npm run rights writes it anew; look at what has changed before you commit it',
  )
})

void test('every declared relation between a caller and a thing (reach) is used by some route', () => {
  const used = new Set(routes.flatMap(reachesOf))
  assert.deepEqual(
    Object.keys(reaches).filter((reach) => !used.has(reach as Reach)),
    [],
  )
})
