// Draws comments and test titles by a seed, for a reader who does not see the code. One that this
// reader cannot explain should be rewritten.
import ts from 'typescript'
import { openDraw } from '../../test/support/random.ts'
import { readSources, type Source } from './sources.ts'

type Prose = { file: string; text: string }

/** Comments that are instructions for tools are not drawn. */
const orders = /^(eslint-|@ts-|#!|prettier-)/

export function drawProse(root: string, { seed, count }: { seed: number; count: number }): Prose[] {
  const all = readSources(root).flatMap((source) => [...commentsOf(source), ...titlesOf(source)])
  const draw = openDraw(seed)
  const left = [...all]
  return Array.from({ length: Math.min(count, all.length) }).flatMap(() =>
    left.splice(draw.below(left.length), 1),
  )
}

/** The comments of a file; adjacent comment lines count as one comment. */
function commentsOf({ file, lines }: Source): Prose[] {
  const blocks: string[][] = []
  lines.forEach(({ text, is }, at) => {
    if (is !== 'comment') return
    const words = text.trim().replace(/^(\/\*\*?|\/\/|\*\/|\*)\s?|\s*\*\/$/g, '')
    if (lines[at - 1]?.is === 'comment') blocks.at(-1)?.push(words)
    else blocks.push([words])
  })
  return blocks
    .map((block) => block.join(' ').trim())
    .filter((text) => text !== '' && !orders.test(text))
    .map((text) => ({ file, text }))
}

function titlesOf({ file, tree }: Source): Prose[] {
  const titles: Prose[] = []
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && /^(t\.)?test$/.test(node.expression.getText(tree))) {
      const [title] = node.arguments
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        titles.push({ file, text: `test: ${title.getText(tree).slice(1, -1)}` })
      }
    }
    ts.forEachChild(node, visit)
  }
  if (file.startsWith('test/')) visit(tree)
  return titles
}
