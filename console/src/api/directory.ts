// Reads the people of the company, their groups and the accounts they serve.
import type { Account, Colleague, Group, Page } from 'kefu-wire'
import { call, withQuery } from './client.ts'

/** An entry of a list from which the user chooses a person, a group or an account. */
export interface Choosable<Id> {
  id: Id
  name: string
}

export const directoryApi = {
  people: (cursor: string) =>
    call<Page<Colleague>>('GET', withQuery('/directory', { cursor, limit: 200 })),
  groups: () => call<Page<Group>>('GET', '/groups').then((page) => page.items),
  accounts: () => call<Page<Account>>('GET', '/accounts').then((page) => page.items),
}
