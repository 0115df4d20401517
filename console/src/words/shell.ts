import { shell as english } from './en/shell.ts'
import { wordsOf } from './language.ts'
import { shell as chinese } from './zh-CN/shell.ts'

export type ShellWord = keyof typeof chinese

export const { say } = wordsOf({ 'zh-CN': chinese, en: english })
