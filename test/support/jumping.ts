// Makes the database's clock jump. Only the time that the database reports is changed.
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
