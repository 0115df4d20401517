import { make } from './dom.js'
import { word } from './words.js'

export const mediaAddress = (id) => `/sim/media/${encodeURIComponent(id)}`
export const gone = (kind) =>
  make('span', { class: 'gone', text: `${word(kind)} · ${word('died')}` })
