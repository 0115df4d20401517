// Reads the people, the groups and the accounts of the company.
import type { Account, Colleague, Group, Page } from 'kefu-wire'
import { call, withQuery } from './client.ts'

/** An entry of a list from which somebody chooses a person, a group or an account. */
export interface Choosable<Id> {
  id: Id
  name: string
}

/** Reads a list page by page to its end. */
async function readAll<Item>(path: string): Promise<Item[]> {
  const found: Item[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<Item> = await call<Page<Item>>('GET', withQuery(path, { cursor, limit: 200 }))
    found.push(...page.items)
    cursor = page.next
  }
  return found
}

export const directoryApi = {
  people: () => readAll<Colleague>('/directory'),
  groups: () => readAll<Group>('/groups'),
  accounts: () => readAll<Account>('/accounts'),
}
