// npm run house [-- DIR] [--long] [--json] [--against FILE]: figures about the shape of the code,
// to compare one commit with another. For another checkout DIR, files are only read and nothing is
// run. --draw SEED prints forty comments and test titles instead, for a reader who does not know
// the code.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { drawProse } from './draw.ts'
import { figuresOf } from './figures.ts'
import { reportOf, type Report } from './print.ts'
import { walkedFiles } from './walks.ts'

const own = resolve(import.meta.dirname, '../../..')
const options = {
  long: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  against: { type: 'string' },
  draw: { type: 'string' },
} as const

try {
  await tell()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function tell(): Promise<void> {
  const { values: given, positionals } = parseArgs({ allowPositionals: true, options })
  const root = resolve(positionals[0] ?? own)
  if (given.draw !== undefined) {
    for (const { file, text } of drawProse(root, { seed: Number(given.draw), count: 40 })) {
      console.log(`${file}\n  ${text}`)
    }
    return
  }
  const before = given.against === undefined ? null : readReport(given.against)
  const walks = root === own ? await walkedFiles(own) : null
  const after: Report = { ...figuresOf(root), walks }
  console.log(given.json ? JSON.stringify(after, null, 1) : reportOf({ before, after }, given.long))
}

/**
 * Reads a report that an earlier run wrote. npm may have printed lines of its own in front of it,
 * which are skipped.
 */
function readReport(file: string): Report {
  const text = readFileSync(file, 'utf8')
  return JSON.parse(text.slice(text.indexOf('{'))) as Report
}
