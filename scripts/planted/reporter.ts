// A reporter for node:test that writes one JSON line per test.
import type { TestEvent } from 'node:test/reporters'

export type EndedTest = {
  file: string
  name: string
  passed: boolean
  /**
   * `broken`: the test failed in a way that shows a mistake in the planted change, and not a broken
   * promise.
   */
  kind: 'promise' | 'timeout' | 'broken'
  why: string
}

type TestReport = { name: string; file?: string; skip?: unknown; details: { error?: Cause } }
type Cause = {
  name?: string
  message?: string
  stack?: string
  failureType?: string
  cause?: unknown
}

const ofThePatch = ['ReferenceError', 'SyntaxError', 'TypeError']

/**
 * Whether an error was thrown in the test itself. A test that fails by reading a field that the
 * answer lacks shows that the answer was wrong.
 */
const isOfTest = (stack = '') => /^ +at .*$/m.exec(stack)?.[0].includes('.test.') ?? false

/**
 * Decides how a test failed. An assertion that fails, or an error thrown by the product, is a
 * broken promise; an error such as a ReferenceError is a mistake in the planted change.
 */
function kindOf({ failureType, cause }: Cause): EndedTest['kind'] {
  if (failureType === 'testTimeoutFailure') return 'timeout'
  if (failureType !== 'testCodeFailure' && failureType !== 'hookFailed') return 'broken'
  const { name = 'Error', stack } = (cause ?? {}) as Cause
  return ofThePatch.includes(name) && !isOfTest(stack) ? 'broken' : 'promise'
}

/**
 * Makes a line about the result of a test. It is null for results that do not matter: of tests that
 * were not selected, and of parents, which fail whenever one of their tests does.
 */
function asEnded(passed: boolean, data: TestReport): EndedTest | null {
  const { error } = data.details
  if (data.skip !== undefined || error?.failureType === 'subtestsFailed') return null
  const { file = data.name, name } = data
  if (!error) return { file, name, passed, kind: 'promise', why: '' }
  const { message = String(error.cause) } = (error.cause ?? {}) as Cause
  return { file, name, passed, kind: kindOf(error), why: message }
}

export default async function* ended(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const line = asEnded(type === 'test:pass', data as TestReport)
    if (line) yield `${JSON.stringify(line)}\n`
  }
}
