import type { Time } from 'kefu-wire'

export function presentTime(ms: number): Time
export function presentTime(ms: number | null): Time | null
export function presentTime(ms: number | null): Time | null {
  return ms === null ? null : new Date(ms).toISOString()
}
