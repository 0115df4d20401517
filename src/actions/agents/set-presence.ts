import type { Needs } from '../../ports.ts'

export async function setPresence(needs: Needs<'store' | 'clock'>, me: { uid: number }, status: string): Promise<void> {
  await needs.store.work('rest', (unit) => unit.users.setPresence(me.uid, status, needs.clock.now()))
}
