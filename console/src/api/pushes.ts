import { call, type Page } from './client.ts'

/** A message from a follower that the database refused to store. */
export interface RefusedPush {
  id: string
  openid: string
  xml: string | null
  at: string
  rereadAt: string | null
  readAt: string | null
}

export const pushesApi = {
  refused: () => call<Page<RefusedPush> & { open: number }>('GET', '/pushes/refused'),
  markSeen: (id: string) =>
    call<RefusedPush>('POST', `/pushes/refused/${encodeURIComponent(id)}/read`),
}
