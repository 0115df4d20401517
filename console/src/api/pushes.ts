import type { RefusedPush, RefusedPushes } from 'kefu-wire'
import { call } from './client.ts'

export const pushesApi = {
  refused: () => call<RefusedPushes>('GET', '/pushes/refused'),
  markSeen: (id: string) =>
    call<RefusedPush>('POST', `/pushes/refused/${encodeURIComponent(id)}/read`),
}
