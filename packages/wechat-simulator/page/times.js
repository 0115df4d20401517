import { find, make } from './dom.js'
import { locale, word } from './words.js'

/**
 * Shows the time of the simulated platform, and how far its clock was moved ahead of the real time.
 */
export function drawClock({ now: at, advanceMs }) {
  const now = new Date(at)
  find('#date').textContent = now.toLocaleString(locale(), { hour12: false })
  const minutes = Math.round(advanceMs / 60_000)
  const parts = [
    [Math.floor(minutes / 1440), 'days'],
    [Math.floor(minutes / 60) % 24, 'hours'],
    [minutes % 60, 'minutes'],
  ]
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${word(unit)}`)
    .join(' ')
  find('#advanced').textContent = words === '' ? word('realTime') : `${word('faster')} ${words}`
}

/** Shows until when, and how many more times, the account may still write to this follower. */
export function drawWindow(follower, now) {
  const { window: open = null } = follower ?? {}
  const left = open === null ? 0 : Math.max(0, open.endsAt - now)
  const box = find('#window')
  box.classList.toggle('closed', left === 0)
  find('#window-of').textContent = follower?.nickname ?? ''
  if (left === 0) {
    box.replaceChildren(make('b', { text: word('windowClosed') }), ` · ${word('windowHint')}`)
    return
  }
  const [count, unit] =
    left > 3600_000
      ? [Math.floor(left / 3600_000), 'hours']
      : left > 60_000
        ? [Math.floor(left / 60_000), 'minutes']
        : [Math.ceil(left / 1000), 'seconds']
  box.replaceChildren(
    `${word('mayStill')} `,
    make('b', { text: `${open.remaining} ${word('messages')}`.trim() }),
    ` · ${word('left')} ${count} ${word(unit)}`,
  )
}
