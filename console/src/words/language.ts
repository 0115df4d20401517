// The chosen language and the words of each page in it. A word that is missing in one language is a
// compile error.
import { ref, watchEffect } from 'vue'

export type Language = 'zh-CN' | 'en'

const kept = 'kefu.language'
export const language = ref<Language>(remembered())

watchEffect(() => {
  document.documentElement.lang = language.value
  try {
    localStorage.setItem(kept, language.value)
  } catch {
    /* If the browser cannot store anything, only the choice of language is forgotten. */
  }
})

function remembered(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

/** Defines the words of a page in every language. */
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
