import { lab as english } from './en/lab.ts'
import { language, wordsOf } from './language.ts'
import { lab as chinese } from './zh-CN/lab.ts'

const { say, isWord } = wordsOf({ 'zh-CN': chinese, en: english })

export { say }

/** The words for a kind or state that the server names. */
export const sayOf = (group: 'kind' | 'do' | 'state' | 'day' | 'tab', name: string | number) => {
  const word = `${group}_${String(name)}`
  return isWord(word) ? say(word) : String(name)
}

/** The server gives such texts in both languages on one line; this picks the right half. */
export const half = (both: string) => {
  const [first = both, second = both] = both.split(' / ')
  return language.value === 'en' ? second : first
}
