// ARCHITECTURE.md follows three calls through all their files. Here they are made, and what runs is looked for on that page.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { walkedFiles } from '../../scripts/house/walks.ts'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
/** What stands once for all: one file a table. */
const queries = /^src\/store\/queries\/[^/]+$/

/** From its title to the next of as many signs or fewer. */
function partOf(title: string): string {
  const begin = page.indexOf(`\n### ${title}\n`)
  assert.notEqual(begin, -1, `ARCHITECTURE.md has no part "${title}"`)
  const end = page.slice(begin + 1).search(/\n##+ /)
  return page.slice(begin, begin + 1 + end)
}

const linksIn = (text: string) => [...text.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, file]) => file)

void test('every file that a push, a claim and a reply run through is named on their way in ARCHITECTURE.md', async () => {
  const walks = await walkedFiles(root)
  const ways = {
    push: ['A push'],
    claim: ['A call of the API, before its action', 'A claim'],
    reply: ['A call of the API, before its action', 'A reply'],
  }
  for (const [call, titles] of Object.entries(ways)) {
    const named = new Set(linksIn([...titles, 'Under all three'].map(partOf).join('\n')))
    const ran = walks[call as keyof typeof walks].filter((file) => !queries.test(file))
    assert.ok(ran.length > 30, `the ${call} was watched`)
    assert.deepEqual(
      ran.filter((file) => !named.has(file)),
      [],
      `the way of a ${call} goes on through these`,
    )
  }
})

void test('every file that ARCHITECTURE.md names is there', () => {
  const links = linksIn(page)
  assert.ok(links.length > 100)
  assert.deepEqual(
    links.filter((file) => file === undefined || !existsSync(join(root, file))),
    [],
  )
})
