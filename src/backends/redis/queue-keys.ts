// The keys of the queue index in Redis. Database 2 has `queue:{c}:<lane>`, sorted by rank, and
// `epoch:{c}`; database 0 has `waiting:{c}:<uid>`, sorted by the time of assignment. `lists:{c}` in
// both names all lists of a company, so that nobody has to scan all keys.
import { readList } from '../../../rules/session/queue-list.ts'
import type { Connection, Link } from './connect.ts'

export type QueueKeys = ReturnType<typeof openQueueKeys>

export function openQueueKeys(connection: Connection) {
  const [waiting, queue] = [connection.link(0), connection.link(2)]
  const linkOf = (list: string): Link => (readList(list)?.kind === 'waiting' ? waiting : queue)
  return {
    /** Database 2 of Redis, which holds the lists of queued sessions and the epochs. */
    queue,
    both: [waiting, queue],
    linkOf,
    epochKey: (companyId: string) => queue.key(`epoch:{${companyId}}`),
    namesKey: (link: Link, companyId: string) => link.key(`lists:{${companyId}}`),
    listKey: (companyId: string, list: string) => {
      const whose = readList(list)
      return linkOf(list).key(
        whose?.kind === 'waiting'
          ? `waiting:{${companyId}}:${whose.uid}`
          : `queue:{${companyId}}:${whose?.lane ?? list}`,
      )
    },
  }
}

// what marks an index as complete contains the version of the lane names, so that an index which an
// older release marked as complete is rebuilt
const whole = 'whole:2:'
const building = 'building:'

/** The value of an epoch says whether its index is complete. */
export const isWhole = (epoch: unknown) => typeof epoch === 'string' && epoch.startsWith(whole)
export const incomplete = (id: string) => building + id
export const completed = (epoch: string) => whole + epoch.slice(epoch.lastIndexOf(':') + 1)

export const entriesOf = (answer: unknown): [id: string, rank: number][] => {
  const flat = answer as string[]
  return flat.flatMap((id, at) => (at % 2 === 0 ? [[id, Number(flat[at + 1])]] : []))
}
