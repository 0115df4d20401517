import { z } from 'zod'
import { changePassword } from '../../actions/agents/change-password.ts'
import { getSelf } from '../../actions/agents/list-users.ts'
import { setGreeting } from '../../actions/agents/set-greeting.ts'
import { setPresence } from '../../actions/agents/set-presence.ts'
import { signInAgent, type SignInResult } from '../../actions/agents/sign-in.ts'
import { signOut } from '../../actions/agents/sign-out.ts'
import { presentTime } from '../../views/times.ts'
import { presentMe } from '../../views/user.ts'
import { addressOf, isHttps } from '../engine/address.ts'
import { route, type Call, type Route } from '../engine/route.ts'

const newPassword = z.string().min(8).max(200)

function cookieFor(
  { ports, request }: Call,
  token: string,
  maxAgeMs: number,
): Record<string, string> {
  const secure = isHttps(request, ports.limits) ? '; Secure' : ''
  const maxAge = Math.floor(maxAgeMs / 1000)
  return {
    'Set-Cookie': `kefu=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`,
  }
}

const answerSignIn = (result: SignInResult, now: number) => ({
  token: result.token,
  expiresAt: presentTime(result.endsAt),
  user: presentMe(result.user, now),
})

async function showMe({ ports, me }: Call) {
  return { body: presentMe(await getSelf(ports, me), ports.clock.now()) }
}

export const authRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/login',
    who: 'everyone',
    reach: 'credentials',
    summary: 'Sign in',
    operationId: 'login',
    body: z.object({
      username: z.string().min(1).max(64),
      password: z.string().min(1).max(200),
      device: z.string().max(64).optional(),
      cookie: z.boolean().optional(),
    }),
    answers: 'SignIn',
    handle: async (call) => {
      const { username, password, device, cookie } = call.body
      const ip = addressOf(call.request, call.ports.limits)
      const result = await signInAgent(call.ports, {
        username,
        password,
        device: device ?? null,
        ip,
      })
      return {
        body: answerSignIn(result, call.ports.clock.now()),
        ...(cookie && { headers: cookieFor(call, result.token, call.ports.limits.loginMaxMs) }),
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/logout',
    who: 'agent',
    reach: 'oneself',
    summary: 'End this sign-in',
    operationId: 'logout',
    answers: 'Done',
    handle: async (call) => {
      await signOut(call.ports, call.me)
      return { body: {}, headers: cookieFor(call, '', 0) }
    },
  }),
  route({
    method: 'get',
    path: '/api/me',
    who: 'agent',
    reach: 'oneself',
    summary: 'Who am I?',
    operationId: 'getMe',
    answers: 'Me',
    handle: showMe,
  }),
  route({
    method: 'post',
    path: '/api/me/password',
    who: 'agent',
    reach: 'oneself',
    summary: "Change one's password",
    operationId: 'changePassword',
    body: z.object({ oldPassword: z.string().min(1).max(200), newPassword }),
    answers: 'Done',
    handle: async ({ ports, me, body, request }) => {
      await changePassword(ports, me, { ...body, ip: addressOf(request, ports.limits) })
      return { body: {} }
    },
  }),
  route({
    method: 'put',
    path: '/api/me/greeting',
    who: 'agent',
    reach: 'oneself',
    summary: 'What one says first in a session; null: what the company says',
    operationId: 'setGreeting',
    body: z.object({ text: z.string().max(500).nullable() }),
    answers: 'Me',
    handle: async (call) => {
      await setGreeting(call.ports, call.me, call.body.text)
      return showMe(call)
    },
  }),
  route({
    method: 'put',
    path: '/api/me/presence',
    who: 'agent',
    reach: 'oneself',
    summary: "Set one's presence",
    operationId: 'setPresence',
    body: z.object({ status: z.enum(['online', 'away', 'offline']) }),
    answers: 'Me',
    handle: async (call) => {
      await setPresence(call.ports, call.me, call.body.status)
      return showMe(call)
    },
  }),
]
