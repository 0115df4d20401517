// A reporter of node:test: one JSON line for each test that ran.
import type { TestEvent } from 'node:test/reporters'

export type Ended = {
  file: string
  name: string
  passed: boolean
  /** `broken`: as a fault of the patch itself would, not one of the product. */
  kind: 'promise' | 'timeout' | 'broken'
  why: string
}

type Told = { name: string; file?: string; skip?: unknown; details: { error?: Cause } }
type Cause = {
  name?: string
  message?: string
  stack?: string
  failureType?: string
  cause?: unknown
}

const ofThePatch = ['ReferenceError', 'SyntaxError', 'TypeError']

/** A test that reads what an answer does not hold fails of the answer. */
const isOfTest = (stack = '') => /^ +at .*$/m.exec(stack)?.[0].includes('.test.') ?? false

/** What is asserted, and what the product throws, is what a test is there for. */
function kindOf({ failureType, cause }: Cause): Ended['kind'] {
  if (failureType === 'testTimeoutFailure') return 'timeout'
  if (failureType !== 'testCodeFailure' && failureType !== 'hookFailed') return 'broken'
  const { name = 'Error', stack } = (cause ?? {}) as Cause
  return ofThePatch.includes(name) && !isOfTest(stack) ? 'broken' : 'promise'
}

/** Null for what has nothing to add: a test that was not meant, the parent of one that failed. */
function asEnded(passed: boolean, data: Told): Ended | null {
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
    const line = asEnded(type === 'test:pass', data as Told)
    if (line) yield `${JSON.stringify(line)}\n`
  }
}
