// Attempts with a password wait in line: of one key, such as an address with a name, only a few run
// at the same time, or only one. That way parallel attempts for one name from one address cannot
// exceed the limit for failures.
import { AppError } from '../../errors.ts'

/**
 * The largest number of sign-in attempts that may run or wait in line at the same time: for one
 * key, and in total.
 */
export type Room = { ofKey: number; ofAll: number }

const full = () =>
  new AppError('too_many_tries', 'Too many sign in at once: try again in a moment.', {
    retryAfter: 2,
  })

export function openTurns(most: number, room: Room) {
  const running = new Map<string, number>()
  const inLine = new Map<string, (() => void)[]>()
  let there = 0

  const take = (key: string): Promise<void> => {
    const now = running.get(key) ?? 0
    const before = inLine.get(key) ?? []
    if (now + before.length >= room.ofKey || there >= room.ofAll) throw full()
    there += 1
    if (now < most) {
      running.set(key, now + 1)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      inLine.set(key, [...before, resolve])
    })
  }

  const give = (key: string): void => {
    there -= 1
    const [next, ...rest] = inLine.get(key) ?? []
    if (rest.length === 0) inLine.delete(key)
    else inLine.set(key, rest)
    if (next) {
      next()
      return
    }
    const left = (running.get(key) ?? 1) - 1
    if (left === 0) running.delete(key)
    else running.set(key, left)
  }

  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    await take(key)
    try {
      return await work()
    } finally {
      give(key)
    }
  }
}
