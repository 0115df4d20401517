// Reads the people of the company, their groups and the accounts they serve.
import { call, withQuery, type Page } from './client.ts'

export type Presence = 'online' | 'away' | 'offline'

export interface Person {
  uid: number
  name: string
  presence: Presence
  groups: { id: number; path: string[] }[]
}

export interface Named<Id> {
  id: Id
  name: string
}

export const directoryApi = {
  people: (cursor: string) =>
    call<Page<Person>>('GET', withQuery('/directory', { cursor, limit: 200 })),
  groups: () => call<Page<Named<number>>>('GET', '/groups').then((page) => page.items),
  accounts: () => call<Page<Named<string>>>('GET', '/accounts').then((page) => page.items),
}
