// Runs long pieces of work in small steps, so that they share the thread with requests. After a few
// milliseconds of steps, whichever work they belong to, the process handles whatever has arrived.
const turnMs = 5
const toRun: (() => void)[] = []

function runSome(): void {
  const until = performance.now() + turnMs
  do toRun.shift()?.()
  while (toRun.length > 0 && performance.now() < until)
  if (toRun.length > 0) setImmediate(runSome)
}

/**
 * Runs several long pieces of work in turns, one step of each. When one ends early, the others get
 * its time.
 */
export function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const step = () => {
      try {
        const { done, value } = steps.next()
        if (done) resolve(value)
        else wait()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const wait = () => {
      toRun.push(step)
      if (toRun.length === 1) setImmediate(runSome)
    }
    wait()
  })
}
