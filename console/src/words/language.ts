// Which language is spoken, and how a page's words are said in it. A word that one language
// misses does not compile.
import { ref, watchEffect } from 'vue'

export type Language = 'zh-CN' | 'en'

const kept = 'kefu.language'
export const language = ref<Language>(remembered())

watchEffect(() => {
  document.documentElement.lang = language.value
  try {
    localStorage.setItem(kept, language.value)
  } catch {
    /* a browser without storage forgets the choice, nothing else */
  }
})

function remembered(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

/** The words of a page, in every language. */
export function wordsOf<Word extends string>(of: Record<Language, Record<Word, string>>) {
  return {
    say: (word: Word, values: Record<string, string | number> = {}) =>
      of[language.value][word].replace(/\{(\w+)\}/g, (whole, name: string) =>
        String(values[name] ?? whole),
      ),
    isWord: (word: string): word is Word => Object.hasOwn(of.en, word),
  }
}

export function sayTime(iso: string) {
  const at = new Date(iso)
  const clock = at.toLocaleTimeString(language.value, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
  if (at.toDateString() === new Date().toDateString()) return clock
  return `${at.toLocaleDateString(language.value, { month: 'numeric', day: 'numeric' })} ${clock}`
}
