import type { Message, Session } from 'kefu-wire'
import { writtenBy } from '../../state/stored-numbers.ts'
import { isWord, say, type DeskWord } from '../../words/desk.ts'
import { sayTime } from '../../words/language.ts'

export function kindOf(line: Message): 'customer' | 'agent' | 'auto' | 'system' {
  if (line.direction === 'system') return 'system'
  if (line.direction === 'in') return 'customer'
  return line.opercode === writtenBy.rule ? 'auto' : 'agent'
}

export function speakerOf(line: Message): DeskWord {
  const kind = kindOf(line)
  return kind === 'agent' && line.opercode === writtenBy.supervisor ? 'supervisor' : kind
}

export function labelOf(type: string) {
  const word = `type_${type}`
  return say(isWord(word) ? word : 'type_other')
}

/** The name and size of a file and, if it cannot be shown, the reason. */
export function mediaText({ type, media }: Message): string {
  const name = media?.name ?? labelOf(type)
  const size = media?.size ? ` (${Math.max(1, Math.round(media.size / 1024))} KB)` : ''
  const why: Partial<Record<string, DeskWord>> = {
    pending: 'mediaPending',
    lost: 'mediaLost',
    unavailable: 'mediaUnavailable',
  }
  const word = why[media?.state ?? '']
  return `${name}${size}${word ? ` ${say(word)}` : ''}`
}

export function eventText({ name, key, detail }: NonNullable<Message['event']>): string {
  const word = `event_${name}`
  return [say(isWord(word) ? word : 'event_other'), key, detail].filter(Boolean).join(' · ')
}

export function textOf(line: Message) {
  if (line.refused) return say('refusedLine')
  const isPlain = line.type === 'text' || line.direction === 'system'
  return isPlain && line.text ? line.text : say('unsupported', { kind: labelOf(line.type) })
}

export function previewOf(line: Message) {
  if (line.event) return eventText(line.event)
  return line.type === 'text' || line.direction === 'system'
    ? (line.text ?? '')
    : labelOf(line.type)
}

/** A stable key, so that Vue keeps the line in place when the server's copy replaces our own. */
export function keyOf(line: Message) {
  return line.resendOf ? line.id : (line.clientMsgId ?? line.id)
}

export function windowOf({ window, customer }: Session): { text: string; isOpen: boolean } | null {
  if (!window.endsAt) {
    return customer.channel === 'web' ? null : { text: say('windowNone'), isOpen: false }
  }
  const time = sayTime(window.endsAt)
  if (Date.parse(window.endsAt) <= Date.now()) {
    return { text: say('windowEnded', { time }), isOpen: false }
  }
  if (window.remaining === 0) return { text: say('windowUsed'), isOpen: false }
  const until = say('windowUntil', { time })
  return { text: `${say('windowLeft', { n: window.remaining })} · ${until}`, isOpen: true }
}
