// A reporter for node:test. It writes a JSON line with the duration of each test, one per failed
// test, and one with what each process has printed. It is a single reporter, because node warns of
// a leak with three.
import { inspect } from 'node:util'

/**
 * How many characters of a process's output are kept. The last ones are kept, because they say most
 * about a failure.
 */
const mostKept = 50_000

const lineOf = (told) => `${JSON.stringify(told)}\n`
const whyOf = (error) => inspect(error?.cause ?? error, { depth: 5 })

export default async function* record(source) {
  const printed = new Map()
  for await (const { type, data } of source) {
    const { file } = data
    if (type === 'test:stdout' || type === 'test:stderr') {
      printed.set(file, ((printed.get(file) ?? '') + data.message).slice(-mostKept))
    }
    // Only tests at the top level are recorded, because their durations include those of the tests
    // inside them.
    if (/^test:(pass|fail)$/.test(type) && file && data.nesting === 0) {
      yield lineOf({ file, ms: data.details.duration_ms })
    }
    if (type === 'test:fail') yield* failureOf(data)
  }
  for (const [process, text] of printed) yield lineOf({ process, printed: text })
}

function* failureOf({ file, name, details: { error } }) {
  // A test that failed only because a test inside it failed is not recorded again.
  if (error?.failureType === 'subtestsFailed') return
  yield lineOf({ file: file ?? name, name, why: whyOf(error) })
}
