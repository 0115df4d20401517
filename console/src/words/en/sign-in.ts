import type { signIn as chinese } from '../zh-CN/sign-in.ts'

export const signIn: Record<keyof typeof chinese, string> = {
  product: 'Customer service for WeChat',
  username: 'User name',
  password: 'Password',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  signInAgain: 'Your sign-in has ended. Please sign in again.',
  wrongLogin: 'The user name or the password is wrong.',
  locked: 'Too many attempts. Please try again in {n} min.',
}
