import { lab as english } from './en/lab.ts'
import { language, wordsOf } from './language.ts'
import { lab as chinese } from './zh-CN/lab.ts'

const { say, isWord } = wordsOf({ 'zh-CN': chinese, en: english })

export { say }

/**
 * Finds the words for a kind, state or other name that comes from the server; without words the
 * name itself is returned.
 */
export const sayOf = (group: 'kind' | 'do' | 'state' | 'day' | 'tab', name: string | number) => {
  const word = `${group}_${String(name)}`
  return isWord(word) ? say(word) : String(name)
}

/**
 * Picks the half in the chosen language from an explanation that the server writes in both: Chinese
 * / English.
 */
export const half = (both: string) => {
  const [first = both, second = both] = both.split(' / ')
  return language.value === 'en' ? second : first
}
