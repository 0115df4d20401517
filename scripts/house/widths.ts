// Measures how wide lines of code are. A line that is long because of a text cannot be broken; any
// other can.
import ts from 'typescript'
import type { Source } from './sources.ts'

export const widest = 100

export type Long = { file: string; line: number; width: number }
/**
 * A text within a line: where it ends, how many columns of the line it takes, and whether it is a
 * test's title.
 */
type TextPiece = { end: number; own: number; isTitle: boolean }

export const widthOf = (text: string) => text.length

export const codeLines = (source: Source) => source.lines.filter(({ is }) => is === 'code')

/** Lines of code over a hundred columns that are not long because of a text. */
export function longLines(source: Source): Long[] {
  const over = source.lines.flatMap(({ text, is }, at) =>
    is === 'code' && widthOf(text) > widest ? [{ text, at }] : [],
  )
  if (over.length === 0) return []
  const pieces = piecesOf(source.tree)
  return over
    .filter(({ text, at }) => {
      const isPage = source.file.endsWith('.vue') && !pieces.has(at)
      const some = isPage ? quotedIn(text) : (pieces.get(at) ?? [])
      return !some.some((piece) => makesLong(text, piece))
    })
    .map(({ text, at }) => ({ file: source.file, line: at + 1, width: widthOf(text) }))
}

/**
 * Whether this text makes the line too long: the line would fit without it, and after it comes no
 * further code that could go to the next line.
 */
function makesLong(line: string, { end, own, isTitle }: TextPiece): boolean {
  const isLast = end > widest || isTitle || !/\w/.test(line.slice(end))
  return isLast && widthOf(line) - own <= widest
}

function piecesOf(tree: ts.SourceFile): Map<number, TextPiece[]> {
  const found = new Map<number, TextPiece[]>()
  const visit = (node: ts.Node) => {
    const parts = partsOf(node)
    const mine = new Map<number, TextPiece>()
    for (const part of parts) addPart(mine, tree, part)
    for (const [line, piece] of mine) {
      const isTitle = isTitleOfTest(node)
      found.set(line, [...(found.get(line) ?? []), { ...piece, isTitle }])
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/**
 * The texts in a piece of code. A template with expressions is one text, but its expressions do not
 * count as part of it.
 */
function partsOf(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) {
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)]
  }
  return ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node) ? [node] : []
}

function addPart(pieces: Map<number, TextPiece>, tree: ts.SourceFile, part: ts.Node): void {
  const text = part.getText(tree).split('\n')
  const { line, character } = tree.getLineAndCharacterOfPosition(part.getStart(tree))
  text.forEach((own, at) => {
    const end = own.length + (at === 0 ? character : 0)
    const before = pieces.get(line + at)?.own ?? 0
    pieces.set(line + at, { end, own: before + own.length, isTitle: false })
  })
}

function isTitleOfTest({ parent, pos }: ts.Node): boolean {
  if (!ts.isCallExpression(parent) || parent.arguments[0]?.pos !== pos) return false
  return /^(test|it|describe|suite)\b/.test(parent.expression.getText())
}

const quotedIn = (line: string): TextPiece[] =>
  [...line.matchAll(/'[^']*'|`[^`]*`/g)].map(({ index, 0: text }) => ({
    end: index + text.length,
    own: text.length,
    isTitle: false,
  }))
