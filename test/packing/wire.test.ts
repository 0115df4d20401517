// The types of the API's JSON as their users get them: packed, installed into an empty project, and
// used by a program that compiles. Nothing of the package runs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openStranger } from './stranger.ts'

const program = `import type { Failure, Page, Session } from 'kefu-wire'

export const waitingSince = ({ items }: Page<Session>): string[] =>
  items.map(({ queue, customer }) => \`\${customer.nickname} \${queue?.since ?? ''}\`)
export const isGone = ({ error }: Failure): boolean => error.code === 'not_found'
`
const wrong = `import type { Message } from 'kefu-wire'

// @ts-expect-error a line outside a session has none
export const sessionOf = ({ sessionId }: Message): string => sessionId
`

test(
  'kefu-wire, packed and installed into an empty project, types a program, and its schemas are there',
  { timeout: 600_000 },
  async (t) => {
    const { dir, files, compile } = await openStranger(t, 'kefu-wire')
    assert.deepEqual(
      files.filter((file) => !/^(dist\/[\w-]+\.d\.ts|src\/[\w-]+\.ts)$/.test(file)).sort(),
      ['LICENSE', 'README.md', 'README.zh-CN.md', 'package.json', 'schema.json'],
    )
    assert.equal(await compile({ 'program.ts': program, 'wrong.ts': wrong }), '')
    assert.doesNotMatch(readFileSync(join(dir, 'out/program.js'), 'utf8'), /kefu-wire/)
    const schema = readFileSync(join(dir, 'node_modules/kefu-wire/schema.json'), 'utf8')
    assert.match(schema, /"Session": \{/)
  },
)
