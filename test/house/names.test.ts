// One name means one thing: within a package, no two files declare a type or export something of
// the same name. Scripts and what supports the tests count as one package; they are about the
// product, so a name that the product exports is not used there for something else. Names that no
// other file sees may be chosen freely.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import test from 'node:test'
import { declaredTwice, type Doubled } from '../../scripts/house/doubled.ts'
import { exportedNames, sharedNames } from '../../scripts/house/shape.ts'
import { readSources, type Source } from '../../scripts/house/sources.ts'

const product = /^(entities|rules|src)\//
const tools = /^(scripts|test\/support)\//
/**
 * The parts in which a name must be unique. A package knows the names of others only where it
 * imports them, so two packages may use the same name.
 */
const packages = [
  /^(entities|rules|src|console|packages\/kefu-wire)\//,
  /^packages\/wechat-api-ts\//,
  /^packages\/wechat-simulator\//,
  tools,
]

type Meant = { reason: string; names: string[]; isSo: (files: string[]) => boolean }
const oneIn = (folder: string, files: string[]) =>
  files.length === 2 && files.filter((file) => file.startsWith(folder)).length === 1

const meant: Meant[] = [
  {
    reason: 'kefu-wire describes the JSON of the thing that has this name in the product',
    names: [
      ...['AccountSettings', 'Action', 'AnswerStep', 'Article', 'AuditEntry', 'Candidate'],
      ...['Content', 'ErrorCode', 'Grade', 'GroupSettings', 'Hits', 'Job', 'MatchKind', 'Me'],
      ...['Menu', 'MiniProgram', 'Overflow', 'Presence', 'Reception', 'RefusedPush'],
      ...['ReplayResult', 'Rule', 'Schedule', 'SessionRule', 'Settings'],
    ],
    isSo: (files) => oneIn('packages/kefu-wire/', files),
  },
  {
    reason: 'the words of a page stand in each language and are said by a function of the page',
    names: ['desk', 'errors', 'isWord', 'lab', 'say', 'shell', 'signIn'],
    isSo: (files) => files.every((file) => file.startsWith('console/src/words/')),
  },
  {
    reason: 'the console imports only types, so it repeats the stored numbers it needs',
    names: ['grades', 'messageTypes', 'writtenBy'],
    isSo: (files) => oneIn('console/src/state/stored-numbers.ts', files),
  },
]

const doubledIn = (root: string): Doubled[] => {
  const sources = readSources(root)
  const within = packages.flatMap((files) =>
    declaredTwice(
      sources.filter(({ file }) => files.test(file)),
      sharedNames,
    ),
  )
  return [...within, ...declaredInBoth(sources)]
}

/** The names that the product exports and that a tool declares again. */
const declaredInBoth = (sources: Source[]): Doubled[] =>
  declaredTwice(
    sources.filter(({ file }) => product.test(file) || tools.test(file)),
    (source) => (tools.test(source.file) ? sharedNames(source) : exportedNames(source)),
  ).filter(({ files }) => [product, tools].every((part) => files.some((file) => part.test(file))))

const isMeant = ({ name, files }: Doubled) =>
  meant.some(({ names, isSo }) => names.includes(name) && isSo(files))

void test('no type and no exported name is declared in two files of a package, nor in a script if the product exports it, but for those that are meant to', () => {
  const doubled = doubledIn(resolve(import.meta.dirname, '../../..'))
  assert.deepEqual(
    doubled.filter((one) => !isMeant(one)),
    [],
  )
  const names = doubled.map(({ name }) => name)
  const needless = meant.flatMap((one) => one.names).filter((name) => !names.includes(name))
  assert.deepEqual(needless, [], 'exceptions that are needed no more')
})

void test('a type or an exported name that two files of a package declare is found, and one that the product exports and a script declares; a name of one file is not', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'kefu-names-'))
  t.after(() => {
    rmSync(root, { recursive: true, force: true })
  })
  const files: Record<string, string> = {
    'rules/one.ts': 'type Own = 1\nexport const told: Own = 1\nconst row = 2\nrow.toFixed()\n',
    'src/two.ts': 'interface Own {}\nexport function told(own: Own) {}\nconst row = 3\n',
    'console/src/page.vue': '<script setup lang="ts">\nclass Own {}\n</script>\n',
    'packages/wechat-api-ts/src/three.ts': 'export const told = 4\n',
    'scripts/four/four.ts': 'type Tool = 5\nexport const tool: Tool = 5\n',
    'scripts/test/five.js': 'export function tool() {}\nconst row = 6\nrow.toFixed()\n',
    'test/support/six/six.ts': 'export type Tool = 7\nconst row = 7\nrow.toFixed()\n',
    'test/flows/seven.test.ts': 'type Tool = 8\nexport const tool: Tool = 8\n',
    'scripts/eight.ts': 'export const given = 9\ntype Hidden = 9\n',
    'rules/nine.ts': 'export const given = 10\ntype Hidden = 10\n',
    'src/ten.ts': 'export type Given = 11\nconst row = 11\nrow.toFixed()\n',
    'test/support/eleven.ts': 'type Given = 12\nexport const row: Given = 12\n',
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  assert.deepEqual(doubledIn(root), [
    { name: 'Own', files: ['rules/one.ts', 'src/two.ts', 'console/src/page.vue'] },
    { name: 'told', files: ['rules/one.ts', 'src/two.ts'] },
    { name: 'Tool', files: ['scripts/four/four.ts', 'test/support/six/six.ts'] },
    { name: 'tool', files: ['scripts/four/four.ts', 'scripts/test/five.js'] },
    { name: 'Given', files: ['src/ten.ts', 'test/support/eleven.ts'] },
    { name: 'given', files: ['rules/nine.ts', 'scripts/eight.ts'] },
  ])
})
