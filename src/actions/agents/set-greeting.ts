import type { Needs } from '../../ports.ts'

export async function setGreeting(
  needs: Needs<'store'>,
  me: { uid: number },
  text: string | null,
): Promise<void> {
  await needs.store.work('rest', (unit) => unit.users.setGreeting(me.uid, text))
}
