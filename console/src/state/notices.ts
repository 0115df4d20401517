import { ref } from 'vue'
import { NoAnswer, Refusal } from '../api/client.ts'
import { isWord, say } from '../words/errors.ts'

export interface Notice {
  n: number
  kind: 'good' | 'bad'
  text: string
  detail: string
}

export const notices = ref<Notice[]>([])
let count = 0

export function dismiss(n: number) {
  notices.value = notices.value.filter((notice) => notice.n !== n)
}

export function tell(text: string, kind: Notice['kind'] = 'good', detail = '') {
  const n = ++count
  notices.value = [
    ...notices.value.filter((notice) => notice.text !== text),
    { n, kind, text, detail },
  ].slice(-3)
  setTimeout(
    () => {
      dismiss(n)
    },
    kind === 'bad' ? 8000 : 4000,
  )
}

/**
 * Explains an error code of the server in words, or returns the code itself if there are no words
 * for it.
 */
export const explainCode = (code: string) => (isWord(code) ? say(code) : code)

export function explainError(error: unknown): string {
  if (error instanceof NoAnswer) return say('noAnswer')
  if (!(error instanceof Refusal)) return say('other')
  if (isWord(error.code)) return say(error.code)
  if (error.message && error.message !== error.code) return error.message
  if (error.status >= 502) return say('busy')
  const status = String(error.status)
  return isWord(status) ? say(status) : say('other')
}

export function showError(error: unknown) {
  // A status of 401 means that the sign-in has ended. The sign-in page says so, and a notice would
  // say it twice.
  if (error instanceof Refusal && error.status === 401) return
  const wantsReference = error instanceof Refusal && error.requestId !== '' && !isWord(error.code)
  tell(explainError(error), 'bad', wantsReference ? say('requestId', { id: error.requestId }) : '')
}

/** Runs an action and shows a notice if it fails. */
export async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ done: true; value: T } | { done: false }> {
  try {
    return { done: true, value: await work() }
  } catch (error) {
    showError(error)
    return { done: false }
  }
}
