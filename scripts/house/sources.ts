// The source files to be measured, each read once, with the kind of each line and the syntax tree.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

export type SourceLine = { text: string; is: 'code' | 'comment' | 'blank' }
export type Source = {
  /** The path from the root, with slashes. */
  file: string
  room: string
  folder: string
  lines: SourceLine[]
  tree: ts.SourceFile
}

const counted = ['entities', 'rules', 'src', 'packages', 'scripts', 'console', 'test']
const left = new Set(['node_modules', 'dist'])

export function readSources(root: string): Source[] {
  return counted.flatMap((name) => filesIn(root, name)).map((file) => readSource(root, file))
}

function filesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries
    .filter(({ name }) => !left.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return filesIn(root, path)
      return /\.(ts|vue|js|cjs|mjs)$/.test(path) ? [path] : []
    })
}

/**
 * Each package and each folder of src and of src/actions counts separately; every other directory
 * counts as a whole.
 */
function roomNameOf(file: string): string {
  const parts = dirname(file).split('/')
  if (parts[0] === 'packages') return parts.slice(0, 2).join('/')
  if (parts[0] !== 'src') return parts[0] ?? ''
  return parts.slice(0, parts[1] === 'actions' ? 3 : 2).join('/')
}

function readSource(root: string, file: string): Source {
  const text = readFileSync(join(root, file), 'utf8')
  const script = file.endsWith('.vue') ? onlyScripts(text) : text
  const kind = /\.[cm]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS
  const tree = ts.createSourceFile(file, script, ts.ScriptTarget.Latest, true, kind)
  const isCode = linesWithCode(tree)
  if (script !== text) markPage(text, script, isCode)
  const lines = text.split('\n').map((line, at): SourceLine => {
    const written = line.trimEnd()
    const is = written === '' ? 'blank' : isCode.has(at) ? 'code' : 'comment'
    return { text: written, is }
  })
  return { file, room: roomNameOf(file), folder: dirname(file), lines, tree }
}

const blanked = (text: string) => text.replace(/[^\n]/g, ' ')

/**
 * Replaces everything in a Vue component except its scripts by blanks, so that the scripts keep
 * their positions.
 */
function onlyScripts(text: string): string {
  const parts = text.split(/(<script[^>]*>|<\/script>)/)
  return parts
    .map((part, at) => (parts[at - 1]?.startsWith('<script') ? part : blanked(part)))
    .join('')
}

function linesWithCode(tree: ts.SourceFile): Set<number> {
  const lines = new Set<number>()
  const visit = (node: ts.Node) => {
    if (ts.isJSDoc(node)) return
    const children = node.getChildren(tree)
    if (children.length > 0) children.forEach(visit)
    else if (node.end > node.getStart(tree)) {
      const last = tree.getLineAndCharacterOfPosition(node.end).line
      const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
      for (let line = first; line <= last; line++) lines.add(line)
    }
  }
  visit(tree)
  return lines
}

/**
 * Marks the template, the styles and the script tags of a Vue component as code, because the
 * TypeScript reader does not see them.
 */
function markPage(text: string, script: string, isCode: Set<number>): void {
  const scripts = script.split('\n')
  const page = text.replace(/<!--[^]*?-->|\/\*[^]*?\*\//g, blanked).split('\n')
  page.forEach((line, at) => {
    if (line.trim() !== '' && scripts[at]?.trim() === '') isCode.add(at)
  })
}
