// The words of a session's life. Open = {0, 1, 2, 3}; the rest is the end, and the next message opens a new session.
export const queued = 3
export const waiting = 0
export const active = 1
export const group = 2
export const closed = -1
export const openStates = [waiting, active, group, queued]
export const ownedStates = [waiting, active, group]

export type Owned = { state: number, uid: number | null, fence: number }
export type Refusal = 'session_not_open' | 'session_moved' | 'not_owner' | 'session_not_accepted' | null

export const isOpen = (state: number) => openStates.includes(state)
export const isOwned = (state: number) => ownedStates.includes(state)

/** May this person write into the session? Asked in this order: open, fence, yours, accepted. A supervisor may interject. */
export function mayWrite(session: Owned, me: { uid: number, supervises: boolean }, fence: number | undefined): Refusal {
  if (!isOpen(session.state)) return 'session_not_open'
  if (fence !== undefined && fence !== session.fence) return 'session_moved'
  if (session.uid !== me.uid) return me.supervises && session.uid !== null ? null : 'not_owner'
  return session.state === waiting ? 'session_not_accepted' : null
}

/** As mayWrite, for closing: the owner, also before he accepted; supervisors and admins always. */
export function mayClose(session: Owned, me: { uid: number, supervises: boolean }, fence: number | undefined): Refusal {
  if (!isOpen(session.state)) return 'session_not_open'
  if (fence !== undefined && fence !== session.fence) return 'session_moved'
  return me.supervises || session.uid === me.uid ? null : 'not_owner'
}
