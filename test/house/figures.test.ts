// The figures about the shape of the code (`npm run house`). For each, a tiny source tree with one
// example is measured.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import test, { after } from 'node:test'
import { figuresOf, type Figures } from '../../scripts/house/figures.ts'
import { reportOf, type Report } from '../../scripts/house/print.ts'
import { walkedFiles } from '../../scripts/house/walks.ts'

const trees: string[] = []
after(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true })
})

function figures(files: Record<string, string[]>): Figures {
  const tree = mkdtempSync(join(tmpdir(), 'kefu-figures-'))
  trees.push(tree)
  for (const [file, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${lines.join('\n')}\n`)
  }
  return figuresOf(tree)
}
const report = (files: Record<string, string[]>): Report => ({ ...figures(files), walks: null })

void test('the figures tell of each folder its files, its lines of code and their widths, the share of comments, the lengths of functions and the exports per file', () => {
  const { rooms } = figures({
    'rules/one.ts': [
      '// a comment',
      '/** and',
      '    another */',
      'export const one = 1 // beside code',
      '',
      'export type One = typeof one',
      'const quick = () => one',
      'export function slow() {',
      '  // a third',
      "  const text = '// no comment'",
      '  return text + `',
      '  // none either`',
      '}',
    ],
    'rules/two.ts': ["export * from './one.ts'"],
    'src/actions/sessions/three.ts': ['export {}'],
    'console/src/page.vue': [
      '<script setup lang="ts">',
      '// a comment',
      'defineProps<{ name: string }>()',
      '</script>',
      '<template>',
      '  <!-- a comment -->',
      '  <p>{{ name }}</p>',
      '</template>',
    ],
    'src/dist/built.js': ['built()'],
  })
  assert.deepEqual(Object.keys(rooms), ['rules', 'src/actions/sessions', 'console', 'total'])
  assert.deepEqual(rooms['rules'], {
    files: 2,
    code: 9,
    lines: [1, 8, 8],
    width: [24, 35, 35],
    over: [0, 0],
    functions: [5, 5, 5],
    comments: 30.77,
    exports: 2,
  })
  assert.equal(rooms['console']?.code, 6)
  assert.equal(rooms['console'].comments, 25)
  assert.equal(rooms['total']?.files, 4)
})

void test('the figures list folders that import each other, with every import, and mark those that import only types', () => {
  const { folderCycles, fileCycles } = figures({
    'src/actions/far/one.ts': ["import { two } from '../near/two.ts'", 'export const one = two'],
    'src/actions/near/two.ts': ['export const two = 2'],
    'src/actions/near/three.ts': [
      "import type { Four } from '../far/four.ts'",
      "import { type Four as Again } from '../far/four.ts'",
      "export type Three = Four | Again | import('../far/four.ts').Four",
    ],
    'src/actions/far/four.ts': ['export type Four = 4'],
    'src/views/five.ts': [
      "import { two } from '../actions/near/two.ts'",
      'export const five = two',
    ],
  })
  const of = (from: string, to: string) => ({
    from: `src/actions/${from}.ts`,
    to: `src/actions/${to}.ts`,
  })
  assert.deepEqual(folderCycles, [
    {
      folders: ['src/actions/far', 'src/actions/near'],
      there: { imports: [of('far/one', 'near/two')], types: 0 },
      back: { imports: Array(3).fill(of('near/three', 'far/four')), types: 3 },
    },
  ])
  assert.deepEqual(fileCycles, [])
})

void test('the figures find circular imports over several files, including types, packages and dynamic imports', () => {
  const { fileCycles } = figures({
    'src/one.ts': ["export { two } from './two.ts'"],
    'src/two.ts': ["export const two = () => import('./three.ts')"],
    'src/three.ts': ["export type Three = import('wechat-api-ts').Four"],
    'packages/wechat-api-ts/src/index.ts': ["import '../../../src/one.ts'"],
    'src/beside.ts': ["import './one.ts'"],
  })
  assert.deepEqual(fileCycles, [
    ['packages/wechat-api-ts/src/index.ts', 'src/one.ts', 'src/three.ts', 'src/two.ts'],
  ])
})

void test('the figures list names that are declared at the top of several files of the product, however they are declared', () => {
  const { doubled } = figures({
    'entities/one.ts': ['export type Doubled = 1', 'export const Doubled = 1', 'const once = 1'],
    'rules/two.ts': ['class Doubled {}', 'function inside() {', '  const once = 2', '}'],
    'src/three.ts': ['const { a: Doubled } = { a: 3 }'],
    'test/four.ts': ['const once = 4'],
  })
  assert.deepEqual(doubled, [
    { name: 'Doubled', files: ['entities/one.ts', 'rules/two.ts', 'src/three.ts'] },
  ])
})

void test('the figures list lines that are too wide, unless a text makes them so', () => {
  const wide = 'wide '.repeat(20)
  const sum = Array.from({ length: 20 }, (_, at) => `\${one(${at})}`)
  const { long, rooms } = figures({
    'src/wide.ts': [
      `export const all = [${Array(40).fill('one').join()}]`,
      `export const text = '${wide}'`,
      `export const template = \`${wide}\${text} of \${all.join()}\``,
      `export const sums = \`${sum.join('+')}\``,
      `export const short = 'text' // ${wide}`,
      `export const both = one('text', ${Array(30).fill('one').join()}, 'text')`,
    ],
    'test/title.test.ts': [
      `void test('${wide.slice(0, 80)}', async (t) => {`,
      `  await t.told('${wide.slice(0, 75)}', async (t) => {})`,
      '})',
    ],
  })
  assert.deepEqual(long.map(({ file, line }) => `${file}:${line}`).sort(), [
    'src/wide.ts:1',
    'src/wide.ts:4',
    'src/wide.ts:5',
    'src/wide.ts:6',
    'test/title.test.ts:2',
  ])
  assert.deepEqual(rooms['src']?.over, [66.67, 100])
})

void test('the figures before and after a change are shown side by side, with what is new and what is gone', () => {
  const before = report({ 'rules/one.ts': ['const a = 1'], 'rules/two.ts': ['const a = 2'] })
  const now = report({ 'rules/one.ts': ['const b = 1'], 'src/two.ts': ['const b = 2', 'b()'] })
  const told = reportOf({ before, after: now }, false)
  assert.match(told, /^rules +2 → 1 +2 → 1 /m)
  assert.match(told, /^src +– → 1 +– → 2 /m)
  assert.match(told, /^total +2 +2 → 3 /m)
  assert.match(told, /push runs through: not asked/)
  assert.match(told, /product: 1\n\+ b ×2: rules\/one.ts, src\/two.ts\n- a ×2: /)
})

void test('the figures find the files that a push, a claim and a reply run through', async () => {
  const root = resolve(import.meta.dirname, '../../..')
  const { push, claim, reply } = await walkedFiles(root)
  for (const file of [...push, ...claim, ...reply]) assert.ok(existsSync(join(root, file)), file)
  const only = (mine: string[], ...others: string[][]) =>
    mine.filter((file) => !others.flat().includes(file))
  assert.ok(only(push, claim, reply).includes('src/http/push/webhook.ts'))
  assert.ok(only(claim, push, reply).includes('src/http/routes/sessions.ts'))
  assert.ok(only(reply, push, claim).includes('src/http/routes/messages.ts'))
  for (const walk of [push, claim, reply]) assert.ok(!walk.includes('src/config.ts'))
})
