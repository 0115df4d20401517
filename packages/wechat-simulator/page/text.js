// Shows a text as a phone does: with emoticons as pictures, and with links that lead nowhere.
import { button, make } from './dom.js'
import { drawsEmoji, withFaces } from './faces.js'

const address = /https?:\/\/[^\s\u3000-\u303f\uff00-\uffef<>"]+/g
const anchor = /<a\s+([^<>]*)>([^<]*)<\/a>/gi

const inert = (text, title) => make('span', { class: 'link', text, title })

function plainNodes(text) {
  return withFaces(text).flatMap((piece) => {
    if (piece.glyph !== undefined)
      return [
        make('span', {
          class: drawsEmoji ? 'face' : 'face-name',
          text: drawsEmoji ? piece.glyph : piece.name,
          title: piece.code,
        }),
      ]
    const nodes = []
    let at = 0
    for (const found of piece.text.matchAll(address)) {
      nodes.push(piece.text.slice(at, found.index), inert(found[0], found[0]))
      at = found.index + found[0].length
    }
    return [...nodes, piece.text.slice(at)]
  })
}

/**
 * Links are shown but lead nowhere, except that a link of the form weixin://bizmsgmenu sends its
 * text like a tap.
 */
function linkOf(attributes, text, say) {
  const href = /href=(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
  const target = href?.[1] ?? href?.[2] ?? ''
  if (!target.startsWith('weixin://bizmsgmenu?')) return inert(text, target)
  const query = new URLSearchParams(target.slice(target.indexOf('?')))
  const tap = () =>
    say({
      type: 'text',
      text: query.get('msgmenucontent') ?? text,
      bizmsgmenuid: query.get('msgmenuid') ?? '',
    })
  return button({ class: 'link', text, on: { click: tap } })
}

export function textNodes(text, say) {
  const nodes = []
  let at = 0
  for (const found of text.matchAll(anchor)) {
    nodes.push(...plainNodes(text.slice(at, found.index)), linkOf(found[1], found[2], say))
    at = found.index + found[0].length
  }
  return [...nodes, ...plainNodes(text.slice(at))]
}
