import { signIn as english } from './en/sign-in.ts'
import { wordsOf } from './language.ts'
import { signIn as chinese } from './zh-CN/sign-in.ts'

export const { say } = wordsOf({ 'zh-CN': chinese, en: english })
