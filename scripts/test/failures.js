// A reporter of node:test: one JSON line a test that failed, with all that its file had printed until then.
import { inspect } from 'node:util'

const told = (error) => inspect(error?.cause ?? error, { depth: 5 })

export default async function* failures(source) {
  const printed = new Map()
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      printed.set(data.file, (printed.get(data.file) ?? '') + data.message)
    }
    if (type !== 'test:fail') continue
    const { file, name, details } = data
    // the parent of a test that failed has nothing to add
    if (details.error?.failureType === 'subtestsFailed') continue
    yield `${JSON.stringify({ file: file ?? name, name, why: told(details.error), printed: printed.get(file) ?? '' })}\n`
  }
}
