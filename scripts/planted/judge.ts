// Decides whether a fault was detected by the right test. A test that fails for another reason than
// its promise proves nothing.
import { readTest, type Fault, type NamedTest } from './fault.ts'
import type { EndedTest } from './reporter.ts'
import type { TestRun } from './run-tests.ts'

export type Verdict = { caught: boolean; by: string[]; seconds: number; why: string }

/**
 * Whether a result is about a whole test file, because its process ended, and not about a single
 * test.
 */
const isWholeFile = (one: EndedTest) => one.name.endsWith('.js') || one.name.endsWith('.ts')

/** Whether a result belongs to a test that the fault names, or to the file of that test. */
export const isOf =
  ({ file, title }: NamedTest) =>
  (one: EndedTest) =>
    one.file.replace('/dist/', '/').replace(/\.js$/, '.ts').endsWith(`/${file}`) &&
    (isWholeFile(one) || title === null || one.name.startsWith(title))

function tells(one: EndedTest, fault: Fault): boolean {
  if (one.passed) return false
  if (fault.shows === 'the process ends') return one.kind !== 'timeout'
  if (fault.shows === 'nothing ends') return true
  return one.kind === 'promise' && !isWholeFile(one)
}

export function judge(fault: Fault, { ended, seconds, printed }: TestRun): Verdict {
  const by: string[] = []
  const why: string[] = []
  for (const caughtBy of fault.caughtBy) {
    const own = ended.filter(isOf(readTest(caughtBy)))
    const told = own.filter((one) => tells(one, fault))
    by.push(...told.map((one) => `${caughtBy.split(': ')[0] ?? ''}: ${one.name}`))
    if (told.length > 0) continue
    const failed = own.filter(({ passed }) => !passed)
    why.push(
      failed.length > 0
        ? `${caughtBy} failed, and not by what it asserts: ${failed.map((one) => one.why).join('; ')}`
        : `${caughtBy} ${own.length > 0 ? 'passed' : `did not run\n${printed}`}`,
    )
  }
  return { caught: why.length === 0, by: [...new Set(by)], seconds, why: why.join('\n') }
}
