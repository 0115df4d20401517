// Tells whether this process can take pushes. Everything they need is tested by writing to it, at
// most about once a second and one test at a time, however often it is asked.
import type { Needs } from '../../ports.ts'

const freshMs = 1000
const withinMs = 3000

export type Readiness = () => Promise<void>

/**
 * Returns a test whether this process can take pushes. It throws the error of the first thing to
 * which nothing can be written.
 */
export function openReadiness(
  { clock }: Needs<'clock'>,
  probes: (() => Promise<void>)[],
): Readiness {
  let last: { result: Promise<unknown>; endedAt: number | null } | null = null
  const tryAll = () => {
    const attempt: NonNullable<typeof last> = {
      result: Promise.all(probes.map((probe) => probe())).finally(() => {
        attempt.endedAt = clock.mono()
      }),
      endedAt: null,
    }
    return attempt
  }
  const isOld = (at: number | null) => at !== null && clock.mono() - at >= freshMs
  return async () => {
    if (!last || isOld(last.endedAt)) last = tryAll()
    await inTime(last.result)
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The write that was tried has not ended yet.'))
    }, withinMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
