// A client of the API that checks every answer for data of the other company.
import { password, type ApiAnswer } from '../app.ts'
import { outcomeOf, type OperationResult } from './journal.ts'
import type { Promises } from './promises.ts'

export type SoakCaller = {
  uid: number
  call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>
  /** Signs the person in again after their sign-in has ended. */
  signIn: () => Promise<ApiAnswer>
}

/**
 * A text that every name and every line of a company contains, so that data in the wrong place are
 * recognised.
 */
export const markOf = { A: '《甲》', B: '《乙》' } as const
export type Side = keyof typeof markOf

const answersWithinMs = 20_000

export type CallerOf = { url: string; side: Side; username: string; promises: Promises }

export function openCaller({ url, side, username, promises }: CallerOf): SoakCaller {
  const foreign = markOf[side === 'A' ? 'B' : 'A']
  let token = ''
  const call = async (method: string, path: string, body?: unknown): Promise<ApiAnswer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      signal: AbortSignal.timeout(answersWithinMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    promises.saw('P22')
    if (text.includes(foreign)) {
      promises.broke('P22', `${username} of ${side} was shown the other's: ${method} ${path}`, [
        path.split('/')[3] ?? path,
      ])
    }
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
  }
  const caller: SoakCaller = {
    uid: 0,
    call,
    signIn: async () => {
      const answer = await call('POST', '/api/login', { username, password })
      if (answer.status === 200) {
        token = answer.body.token as string
        caller.uid = answer.body.user.uid as number
      }
      return answer
    },
  }
  return caller
}

export const told = ({ status, body }: ApiAnswer, more: object = {}): OperationResult => ({
  outcome: outcomeOf(status),
  detail: { status, ...(body?.error && { error: body.error.code }), ...more },
})
