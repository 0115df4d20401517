// Runs the automatic assignment when the event bus tells that a company has room or waiting
// sessions, for one company after the other. Several messages for a company while it runs lead to
// only one more run.
import { assignQueued, type AssignNeeds } from './assign-queued.ts'

export function openAssigner(needs: AssignNeeds) {
  const wanted = new Map<string, Set<number>>()
  let running: Promise<void> | null = null
  let stopped = false

  const run = async (): Promise<void> => {
    for (let next = take(); next && !stopped; next = take()) await assignQueued(needs, ...next)
  }
  const take = (): [string, number[]] | null => {
    const [first] = wanted
    if (!first) return null
    wanted.delete(first[0])
    return [first[0], [...first[1]]]
  }
  const wake = () => {
    if (stopped) return
    running ??= run()
      .catch((error: unknown) => {
        needs.log.error(
          { error: String(error) },
          'who waits was not given to anyone; the job looks again',
        )
      })
      .finally(() => {
        running = null
        if (wanted.size > 0) wake()
      })
  }
  const forget = needs.bus.subscribe('room', (subject) => {
    // an empty subject means that messages may have been lost; nothing is done, because a job looks
    // for waiting sessions every few seconds anyway
    if (subject === '') return
    const [companyId = '', uid] = subject.split(' ')
    const returned = wanted.get(companyId) ?? new Set()
    if (uid !== undefined) returned.add(Number(uid))
    wanted.set(companyId, returned)
    wake()
  })

  return {
    close: async () => {
      stopped = true
      forget()
      await running
    },
  }
}
