// A body that does not come at once waits outside the gate, and few of an address may: they cost memory, and strangers send them too.
import { AppError } from '../../errors.ts'

const atOnceMs = 100
const mostOfAddress = 16

export type SlowBodies = {
  /** Reads; a body that is still not there after a moment needs a place among its address's slow ones. */
  read: (address: string, body: (refused: AbortSignal) => Promise<string>) => Promise<string>
}

export function openSlowBodies(): SlowBodies {
  const slow = new Map<string, number>()
  const leave = (address: string) => {
    const left = (slow.get(address) ?? 1) - 1
    if (left > 0) slow.set(address, left)
    else slow.delete(address)
  }
  return {
    read: async (address, body) => {
      const refusal = new AbortController()
      const own = { isSlow: false }
      const timer = setTimeout(() => {
        const others = slow.get(address) ?? 0
        if (others >= mostOfAddress) {
          refusal.abort(new AppError('overloaded', 'Too many slow bodies come from there.'))
          return
        }
        own.isSlow = true
        slow.set(address, others + 1)
      }, atOnceMs)
      try {
        return await body(refusal.signal)
      } finally {
        clearTimeout(timer)
        if (own.isSlow) leave(address)
      }
    },
  }
}
