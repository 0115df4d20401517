// A copy of the project for planting faults. Sources and compiled files are copied, packages are
// shared.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { plantIn, type Fault } from './fault.ts'

export type Tree = {
  dir: string
  /** Plants a fault and returns a function that removes it. */
  plant: (fault: Fault) => () => void
  close: () => void
}

export function openTree(root: string): Tree {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-planted-'))
  copySources(root, dir)
  sharePackages(root, dir)
  return {
    dir,
    plant: (fault) => {
      const planted = plantIn(fault, (file) => readFileSync(join(root, file), 'utf8'))
      for (const [file, text] of planted) {
        writeFileSync(join(dir, file), text)
        writeFileSync(join(dir, builtOf(file)), compile(file, text))
      }
      return () => {
        for (const file of [...planted.keys()].flatMap((name) => [name, builtOf(name)])) {
          copyFileSync(join(root, file), join(dir, file))
        }
      }
    },
    close: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function copySources(root: string, dir: string): void {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    copyFileSync(join(root, file), join(dir, file))
  }
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/dist`)
  for (const built of ['dist', 'console/dist', ...packages]) {
    cpSync(join(root, built), join(dir, built), { recursive: true, preserveTimestamps: true })
  }
}

/**
 * Links the installed packages into the copy of the project. Links to our own packages are
 * relative, so in the copy they lead to its own packages, which may contain a fault.
 */
function sharePackages(root: string, dir: string): void {
  const shared = join(root, 'node_modules')
  mkdirSync(join(dir, 'node_modules'))
  for (const entry of readdirSync(shared, { withFileTypes: true })) {
    const from = join(shared, entry.name)
    const to = entry.isSymbolicLink() ? readlinkSync(from) : from
    symlinkSync(to, join(dir, 'node_modules', entry.name))
  }
}

const builtOf = (file: string) =>
  (/^packages\/[^/]+\/src\//.test(file)
    ? file.replace('/src/', '/dist/')
    : join('dist', file)
  ).replace(/\.ts$/, '.js')

/** Compiles a single file without checking types, because a fault need not be well typed. */
const compile = (fileName: string, text: string) =>
  ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
      inlineSourceMap: true,
    },
  }).outputText
