// Passwords that are hashed with little work. Every test creates several people, and how hard it is
// to guess their passwords does not matter.
import { openPasswords } from '../../src/passwords.ts'
import type { Ports } from '../../src/ports.ts'

export const cheapPasswords = openPasswords({ memoryCost: 8, timeCost: 1, parallelism: 1 })

export const withCheapPasswords = (ports: Ports): Ports => ({ ...ports, passwords: cheapPasswords })
