// ARCHITECTURE.md describes three calls with all files they run through. The test makes these calls
// and compares.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { walkedFiles } from '../../scripts/house/walks.ts'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
/**
 * Matches the files of the store's queries, which ARCHITECTURE.md mentions as a group and not one
 * by one.
 */
const queries = /^src\/store\/queries\/[^/]+$/

/** The text from a heading up to the next heading of the same or a higher level. */
function partOf(title: string): string {
  const begin = page.indexOf(`\n### ${title}\n`)
  assert.notEqual(begin, -1, `ARCHITECTURE.md has no part "${title}"`)
  const end = page.slice(begin + 1).search(/\n##+ /)
  return page.slice(begin, begin + 1 + end)
}

const linksIn = (text: string) => [...text.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, file]) => file)

void test('ARCHITECTURE.md names every file that a push, a claim and a reply run through, in the right section', async () => {
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
    // on a busy machine a call takes longer than a second, and what runs every second runs, too
    assert.deepEqual(
      ran.filter((file) => !named.has(file) && !walks.idle.includes(file)),
      [],
      `the way of a ${call} goes on through these`,
    )
  }
})

void test('every file that ARCHITECTURE.md names exists', () => {
  const links = linksIn(page)
  assert.ok(links.length > 100)
  assert.deepEqual(
    links.filter((file) => file === undefined || !existsSync(join(root, file))),
    [],
  )
})
