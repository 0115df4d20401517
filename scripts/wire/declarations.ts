// Reads the types of kefu-wire from its source files, each by its name.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration
export type Declarations = ReadonlyMap<string, Declaration>

export function readDeclarations(folder: string): Declarations {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  return declarationsIn(
    files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const),
  )
}

export function declarationsIn(sources: (readonly [file: string, text: string])[]): Declarations {
  const found = new Map<string, Declaration>()
  for (const [file, text] of sources) {
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    for (const statement of tree.statements) {
      if (ts.isImportDeclaration(statement)) continue
      const declaration = declarationOf(statement)
      const { text: name } = declaration.name
      if (found.has(name)) throw fault(declaration, `there are two ${name}`)
      found.set(name, declaration)
    }
  }
  return found
}

function declarationOf(statement: ts.Statement): Declaration {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return statement
  throw fault(statement, 'only types stand here')
}

/** Makes an error that names the file and line of a type that cannot be used in the schema. */
export function fault(node: ts.Node, why: string): Error {
  const tree = node.getSourceFile()
  const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
  return new Error(`${tree.fileName}:${line + 1}: ${why}: ${node.getText(tree).slice(0, 80)}`)
}

/**
 * The description of a type or field from its doc comment. `@schema {…}` in it adds what a type
 * cannot express, such as a format.
 */
export function saidOf(node: ts.Node): Record<string, unknown> {
  const said: Record<string, unknown> = {}
  for (const one of ts.getJSDocCommentsAndTags(node)) {
    if (!ts.isJSDoc(one)) continue
    const words = ts.getTextOfJSDocComment(one.comment)?.replaceAll(/\s+/g, ' ')
    if (words) said['description'] = words
    for (const tag of one.tags ?? []) {
      if (tag.tagName.text !== 'schema') throw fault(tag, 'this tag is not known')
      Object.assign(said, JSON.parse(ts.getTextOfJSDocComment(tag.comment) ?? '') as object)
    }
  }
  return said
}
