// The clock of the database jumps: what it says of the time is moved, and nothing else.
import type { Store } from '../../src/store/store.ts'

export function openJumping(jumpedMs = 0) {
  let jumped = jumpedMs
  return {
    wrapStore: (store: Store): Store => ({
      ...store,
      databaseMs: async () => (await store.databaseMs()) + jumped,
    }),
    jumpTo: (ms: number) => {
      jumped = ms
    },
  }
}
