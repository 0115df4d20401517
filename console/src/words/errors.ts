import { errors as english } from './en/errors.ts'
import { wordsOf } from './language.ts'
import { errors as chinese } from './zh-CN/errors.ts'

export const { say, isWord } = wordsOf({ 'zh-CN': chinese, en: english })
