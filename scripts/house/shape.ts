// What a file declares: the lengths of its functions, the names at its top level, and its exports.
import ts from 'typescript'
import type { Source } from './sources.ts'

/**
 * Counts the lines of code of each function, including functions within it. Functions that are a
 * single expression on one line are left out.
 */
export function functionLengths({ tree, lines }: Source): number[] {
  const lengths: number[] = []
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
      const last = tree.getLineAndCharacterOfPosition(node.end).line
      const isOneExpression = !ts.isBlock(node.body) && first === last
      const code = lines.slice(first, last + 1).filter(({ is }) => is === 'code')
      if (!isOneExpression) lengths.push(code.length)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return lengths
}

/**
 * The names that a file declares at its top level; each once, even if a type and a value share it.
 */
export const topNames = ({ tree }: Source): string[] => [
  ...new Set(tree.statements.flatMap((statement) => namesOf(statement))),
]

/**
 * The names of a file that matter elsewhere: everything that is exported, and every type, because
 * the names of types appear in compiler messages.
 */
export const sharedNames = ({ tree }: Source): string[] => [
  ...new Set(tree.statements.filter((one) => isType(one) || isExported(one)).flatMap(namesOf)),
]

type TypeStatement =
  ts.TypeAliasDeclaration | ts.InterfaceDeclaration | ts.ClassDeclaration | ts.EnumDeclaration
const isType = (statement: ts.Statement): statement is TypeStatement =>
  ts.isTypeAliasDeclaration(statement) ||
  ts.isInterfaceDeclaration(statement) ||
  ts.isClassDeclaration(statement) ||
  ts.isEnumDeclaration(statement)

/** The names that a file exports where it declares them. */
export const exportedNames = ({ tree }: Source): string[] => [
  ...new Set(tree.statements.filter(isExported).flatMap(namesOf)),
]

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  }
  const isNamed = isType(statement) || ts.isFunctionDeclaration(statement)
  return isNamed && statement.name ? [statement.name.text] : []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((one) => (ts.isBindingElement(one) ? boundNames(one.name) : []))
}

/** Counts the exports of a file; `export * from` counts as one. */
export function exportsOf({ tree }: Source): number {
  return tree.statements.reduce((sum, statement) => {
    if (ts.isExportAssignment(statement)) return sum + 1
    if (ts.isExportDeclaration(statement)) {
      const { exportClause: some } = statement
      return sum + (some && ts.isNamedExports(some) ? some.elements.length : 1)
    }
    return isExported(statement) ? sum + namesOf(statement).length : sum
  }, 0)
}
