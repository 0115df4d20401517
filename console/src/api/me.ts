import type { Me, Presence, SignIn } from 'kefu-wire'
import { call } from './client.ts'

export const meApi = {
  login: (username: string, password: string) =>
    call<SignIn>('POST', '/login', { username, password, cookie: true, device: 'console' }),
  logout: () => call<unknown>('POST', '/logout'),
  get: () => call<Me>('GET', '/me'),
  setPresence: (status: Presence) => call<Me>('PUT', '/me/presence', { status }),
}
