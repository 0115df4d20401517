import { ref } from 'vue'
import { NoAnswer, Refusal } from '../api/client.ts'

export const disconnected = ref(false)

/**
 * Repeats a task. The next round starts only after the last one has ended, so that a slow server is
 * not flooded.
 */
export function repeat(
  everyMs: number,
  work: () => Promise<unknown>,
  refused: (error: unknown) => void,
) {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const isTrouble = (error: unknown) =>
    error instanceof NoAnswer || (error instanceof Refusal && error.status >= 429)
  async function round() {
    try {
      await work()
      disconnected.value = false
    } catch (error) {
      if (isTrouble(error)) disconnected.value = true
      else if (!stopped) refused(error)
    }
    if (!stopped) {
      timer = setTimeout(() => {
        round().catch(refused)
      }, everyMs)
    }
  }
  round().catch(refused)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
