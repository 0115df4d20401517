// Long pieces of work, each cut into steps, share one thread with everybody who is served: of all that wait only so many steps run
// before the process looks at what has arrived, whoever has most to do.
const turnMs = 5
const waiting: (() => void)[] = []

function runSome(): void {
  const until = performance.now() + turnMs
  do waiting.shift()?.()
  while (waiting.length > 0 && performance.now() < until)
  if (waiting.length > 0) setImmediate(runSome)
}

/** Does a step of each in turn; a piece of work that ends early makes room for the others. */
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
      waiting.push(step)
      if (waiting.length === 1) setImmediate(runSome)
    }
    wait()
  })
}
