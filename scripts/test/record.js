// A reporter of node:test for whoever runs it: one JSON line with the ms of each test of a file, and one a test that failed, with all that
// its file had printed until then. It is one, because node warns of a leak where there are three.
import { inspect } from 'node:util'

const lineOf = (told) => `${JSON.stringify(told)}\n`
const whyOf = (error) => inspect(error?.cause ?? error, { depth: 5 })

export default async function* record(source) {
  const printed = new Map()
  for await (const { type, data } of source) {
    const { file } = data
    if (type === 'test:stdout' || type === 'test:stderr') {
      printed.set(file, (printed.get(file) ?? '') + data.message)
    }
    // a parent's time holds that of its tests
    if (/^test:(pass|fail)$/.test(type) && file && data.nesting === 0) {
      yield lineOf({ file, ms: data.details.duration_ms })
    }
    if (type === 'test:fail') yield* failureOf(data, printed.get(file) ?? '')
  }
}

function* failureOf({ file, name, details: { error } }, printed) {
  // the parent of a test that failed has nothing to add
  if (error?.failureType === 'subtestsFailed') return
  yield lineOf({ file: file ?? name, name, why: whyOf(error), printed })
}
