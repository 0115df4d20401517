import { desk as english } from './en/desk.ts'
import { wordsOf } from './language.ts'
import { desk as chinese } from './zh-CN/desk.ts'

export type DeskWord = keyof typeof chinese

export const { say, isWord } = wordsOf({ 'zh-CN': chinese, en: english })
