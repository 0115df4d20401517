// Password hashes are slow on purpose, against guessing. Tokens are random, so a fast hash is
// enough to keep them out of the database.
import { createHash } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { AppError } from './errors.ts'

export type PasswordCost = { memoryCost: number; timeCost: number; parallelism: number }
export type Passwords = {
  hash: (password: string) => Promise<string>
  /**
   * For an unknown name (`stored` is null) the same work is done, so that the time does not reveal
   * whether anybody has this name.
   */
  matches: (stored: string | null, password: string) => Promise<boolean>
}

const strong: PasswordCost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MI2dxwN51eIu0INgVmg88w$8a8+5BAvDN8jpUN/itWJGAediC9n6eStk7ChZl4AD38'

// hashing and disk access share four threads, so sign-ins may use only two of them
const mostAtOnce = 2
const mostInLine = 256

export function openPasswords(cost = strong): Passwords {
  const inTurn = openTurns()
  return {
    hash: (password) => inTurn(() => hash(password, cost)),
    matches: async (stored, password) => {
      const matches = await inTurn(() => verify(stored ?? nobody, password))
      return matches && stored !== null
    },
  }
}

function openTurns() {
  let running = 0
  const inLine: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inLine.length >= mostInLine) {
      const why = 'Too many people sign in at once: try again in a moment.'
      throw new AppError('overloaded', why, { retryAfter: 5 })
    }
    if (running < mostAtOnce) running += 1
    else await new Promise<void>((resolve) => inLine.push(resolve))
    try {
      return await work()
    } finally {
      const next = inLine.shift()
      if (next) next()
      else running -= 1
    }
  }
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')
