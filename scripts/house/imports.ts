// Finds which files and folders import which, and which import each other. Importing only a type
// counts as well.
import { posix } from 'node:path'
import ts from 'typescript'
import type { Source } from './sources.ts'

export type Import = { from: string; to: string; isType: boolean }
/** All imports that lead from one folder to another, and how many of them import only types. */
export type FolderImports = { imports: Pick<Import, 'from' | 'to'>[]; types: number }
/** Two folders that import each other. */
export type FolderCycle = { folders: [string, string]; there: FolderImports; back: FolderImports }

export function importsOf(sources: Source[]): Import[] {
  const files = new Set(sources.map(({ file }) => file))
  return sources.flatMap((source) => {
    const seen = namedIn(source.tree)
    return seen.flatMap(({ name, isType }) => {
      const to = fileOf(source, name)
      return files.has(to) && to !== source.file ? [{ from: source.file, to, isType }] : []
    })
  })
}

function fileOf({ folder }: Source, name: string): string {
  if (name.startsWith('.')) return posix.join(folder, name)
  return name
    .replace(/^(kefu-wire|wechat-api-ts|wechat-simulator)$/, 'packages/$&/src/index.ts')
    .replace(/^#simulator\/(.*)$/, 'packages/wechat-simulator/src/$1.ts')
}

function namedIn(tree: ts.SourceFile): { name: string; isType: boolean }[] {
  const found: { name: string; isType: boolean }[] = []
  const visit = (node: ts.Node) => {
    const name = specifierOf(node)
    if (name && ts.isStringLiteralLike(name)) {
      found.push({ name: name.text, isType: isOnlyType(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  }
  const isCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  return isCall ? node.arguments[0] : undefined
}

function isOnlyType(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  if (!ts.isImportDeclaration(node)) return false
  const clause = node.importClause
  if (!clause || clause.name) return false
  const { namedBindings: some } = clause
  const each = some && ts.isNamedImports(some) ? some.elements : []
  return (
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
    (each.length > 0 && each.every(({ isTypeOnly }) => isTypeOnly))
  )
}

export function folderCycles(imports: Import[]): FolderCycle[] {
  const ways = new Map<string, FolderImports>()
  const key = (from: string, to: string) => `${from}\n${to}`
  for (const { from, to, isType } of imports) {
    const between = key(posix.dirname(from), posix.dirname(to))
    const way = ways.get(between) ?? { imports: [], types: 0 }
    way.imports.push({ from, to })
    if (isType) way.types++
    ways.set(between, way)
  }
  return [...ways].flatMap(([between, there]) => {
    const [from = '', to = ''] = between.split('\n')
    const back = from < to ? ways.get(key(to, from)) : undefined
    return back ? [{ folders: [from, to] as [string, string], there, back }] : []
  })
}

/** Finds groups of files that import each other, directly or through other files. */
export function fileCycles(imports: Import[]): string[][] {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  const reached = new Map([...next.keys()].map((file) => [file, reachedFrom(file, next)]))
  const grouped = new Set<string>()
  const groups: string[][] = []
  for (const [file, some] of reached) {
    if (grouped.has(file) || !some.has(file)) continue
    const group = [...some].filter((one) => reached.get(one)?.has(file)).sort()
    group.forEach((one) => grouped.add(one))
    groups.push(group)
  }
  return groups
}

function reachedFrom(file: string, next: Map<string, string[]>): Set<string> {
  const seen = new Set<string>()
  const open = [file]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const to of next.get(one) ?? []) {
      if (!seen.has(to)) open.push(to)
      seen.add(to)
    }
  }
  return seen
}
