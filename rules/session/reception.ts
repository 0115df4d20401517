// Finds out who should receive a follower: the key of a menu button or the QR code they came by may
// name a person or a group.
export type NamedReceiver =
  { kind: 'other' } | { kind: 'user'; uid: number } | { kind: 'group'; groupId: number }

/**
 * Parses the key of a menu button: `kf_other`, `kf_user_<uid>` and `kf_group_<id>` name a receiver;
 * any other key names nobody.
 */
export function namedByKey(key: string): NamedReceiver | null {
  if (key === 'kf_other') return { kind: 'other' }
  const [, kind, id] = /^kf_(user|group)_(\d{1,9})$/.exec(key) ?? []
  if (id === undefined) return null
  return kind === 'user'
    ? { kind: 'user', uid: Number(id) }
    : { kind: 'group', groupId: Number(id) }
}

export type Reception = {
  kind: string
  uid: number | null
  user_group_id: number | null
  expires_at: number | null
}

export const receives = (reception: Reception, now: number): boolean =>
  reception.expires_at === null || reception.expires_at > now

export function namedBy(reception: Reception): NamedReceiver {
  if (reception.kind === 'user' && reception.uid !== null) {
    return { kind: 'user', uid: reception.uid }
  }
  if (reception.kind === 'group' && reception.user_group_id !== null) {
    return { kind: 'group', groupId: reception.user_group_id }
  }
  return { kind: 'other' }
}

/** A button whose key is `text:` followed by words answers with these words. */
export const answerInKey = (key: string): string | null =>
  key.startsWith('text:') && key.length > 5 ? key.slice(5) : null
