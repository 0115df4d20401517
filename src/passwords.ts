// Passwords cost work to try; tokens are random, so a plain hash is enough to keep them out of the database.
import { createHash } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MI2dxwN51eIu0INgVmg88w$8a8+5BAvDN8jpUN/itWJGAediC9n6eStk7ChZl4AD38'

export const hashPassword = (password: string): Promise<string> => hash(password, cost)

/** The same work for someone who does not exist, so that time does not tell who does. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? nobody, password)
  return matches && stored !== null
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')
