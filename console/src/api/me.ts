import { call } from './client.ts'
import type { Presence } from './directory.ts'

export interface Me {
  uid: number
  username: string
  name: string | null
  role: 'admin' | 'supervisor' | 'agent'
  presence: Presence
}

export const meApi = {
  login: (username: string, password: string) =>
    call<{ user: Me }>('POST', '/login', { username, password, cookie: true, device: 'console' }),
  logout: () => call<unknown>('POST', '/logout'),
  get: () => call<Me>('GET', '/me'),
  setPresence: (status: Presence) => call<unknown>('PUT', '/me/presence', { status }),
}
