// Draws one line of a conversation, a message or an event, as a follower's phone shows it.
import { attempt, avatar, button, icon, make } from './dom.js'
import { gone, mediaAddress } from './media.js'
import { textNodes } from './text.js'
import { voiceOf } from './voice.js'
import { knows, locale, word } from './words.js'

function pictureOf(line) {
  if (line.media?.alive !== true) return make('div', { class: 'bubble' }, gone('image'))
  const picture = make('img', {
    class: 'picture',
    src: mediaAddress(line.mediaId),
    alt: word('image'),
    loading: 'lazy',
  })
  picture.addEventListener('click', () => {
    const big = make(
      'div',
      { class: 'lightbox', on: { click: () => big.remove() } },
      make('img', { src: picture.src, alt: '' }),
    )
    document.body.append(big)
  })
  return picture
}

function videoOf(line) {
  if (line.media?.alive !== true) return make('div', { class: 'bubble' }, gone('video'))
  const video = make('video', {
    class: 'picture',
    src: `${mediaAddress(line.mediaId)}#t=0.1`,
    preload: 'metadata',
    playsinline: '',
  })
  const start = button(
    {
      class: 'start',
      title: word('video'),
      on: {
        click: () => {
          start.remove()
          video.controls = true
          void video.play()
        },
      },
    },
    icon('play'),
  )
  const film = make('div', { class: 'film' }, video, start)
  const title = line.content?.title ?? line.content?.Title
  return title
    ? make(
        'div',
        { class: 'card-line' },
        film,
        make('div', { class: 'head last-head', text: title }),
      )
    : film
}

/**
 * Draws the cover picture of an article. Only pictures of the simulator itself are loaded; in place
 * of any other stands an empty box whose tooltip is its address.
 */
function coverOf(url) {
  const isOurs = typeof url === 'string' && url.startsWith(`${location.origin}/`)
  return isOurs
    ? make('img', { class: 'cover', src: url, alt: '' })
    : make('div', { class: 'cover empty', title: url ?? '' })
}

function newsOf(line) {
  const articles = line.content?.articles ?? [
    { title: line.text ?? word('news'), description: line.content?.article_id ?? '' },
  ]
  const [first, ...others] = articles
  return make(
    'div',
    { class: 'card-line news' },
    coverOf(first.picurl ?? first.picUrl),
    make('div', { class: 'head', text: first.title ?? '', title: first.url ?? '' }),
    make('div', { class: 'under', text: first.description ?? '' }),
    ...others.map((one) =>
      make(
        'div',
        { class: 'row', title: one.url ?? '' },
        make('span', { text: one.title ?? '' }),
        coverOf(one.picurl ?? one.picUrl),
      ),
    ),
  )
}

function menuOf(line, say) {
  const { head_content: head = '', list, tail_content: tail = '' } = line.content
  const entries = list.map((item) =>
    button({
      class: 'entry',
      text: item.content,
      on: {
        click: () => say({ type: 'text', text: item.content, bizmsgmenuid: String(item.id) }),
      },
    }),
  )
  return make(
    'div',
    { class: 'bubble menu' },
    make('div', {}, ...textNodes(head, say)),
    ...entries,
    make('div', {}, ...textNodes(tail, say)),
  )
}

function placeOf(line) {
  const { Label: label = '', Location_X: x, Location_Y: y } = line.content ?? {}
  return make(
    'div',
    { class: 'card-line place' },
    make('div', { class: 'head', text: label || word('location') }),
    make('div', { class: 'under', text: `${x}, ${y}` }),
    make('div', { class: 'map' }, icon('place', 'pin')),
  )
}

function linkCard(line) {
  const { Title: title, Description: description, Url: url } = line.content ?? {}
  return make(
    'div',
    { class: 'card-line share' },
    make('div', { class: 'head', text: title || url, title: url }),
    make(
      'div',
      { class: 'row' },
      make('span', { class: 'under', text: description || url }),
      make('div', { class: 'thumb' }, icon('link')),
    ),
  )
}

const sizeOf = (bytes) =>
  bytes > 1_048_576
    ? `${(bytes / 1_048_576).toFixed(1)} MB`
    : `${Math.max(0.1, bytes / 1024).toFixed(1)} KB`

function fileOf(line) {
  const { Title: title = '', FileTotalLen: size = 0 } = line.content ?? {}
  return make(
    'div',
    { class: 'card-line file' },
    make(
      'div',
      {},
      make('div', { class: 'head', text: title }),
      make('div', { class: 'under', text: sizeOf(Number(size)) }),
    ),
    make('div', {
      class: 'paper',
      text: (title.split('.').at(-1) ?? '?').slice(0, 4).toUpperCase(),
    }),
  )
}

function miniProgramOf(line) {
  const { title, Title } = line.content ?? {}
  const picture =
    line.media?.alive === true
      ? make('img', { class: 'cover', src: mediaAddress(line.mediaId), alt: '' })
      : make('div', { class: 'cover empty' })
  return make(
    'div',
    { class: 'card-line mini' },
    make('div', { class: 'head', text: title ?? Title ?? line.text ?? '' }),
    picture,
    make('div', { class: 'foot', text: word('miniprogrampage') }),
  )
}

function musicOf(line) {
  return make(
    'div',
    { class: 'card-line music' },
    make(
      'div',
      {},
      make('div', {
        class: 'head',
        text: line.content?.title ?? line.content?.Title ?? line.text ?? word('music'),
      }),
      make('div', {
        class: 'under',
        text: line.content?.description ?? line.content?.Description ?? '',
      }),
    ),
    make('div', { class: 'disc' }, icon('play')),
  )
}

function noticeOf(line) {
  const [title = '', ...rest] = (line.text ?? '').split('\n')
  return make(
    'div',
    { class: 'card-line notice' },
    make('div', { class: 'head', text: title }),
    ...rest.map((text) => make('div', { class: 'under', text })),
  )
}

function plainOf(line) {
  return make(
    'div',
    { class: 'bubble' },
    make('span', { class: 'kind', text: knows(line.type) ? word(line.type) : line.type }),
    make('span', { text: line.text ?? line.mediaId ?? '' }),
  )
}

const drawings = {
  text: (line, say) => make('div', { class: 'bubble' }, ...textNodes(line.text ?? '', say)),
  image: pictureOf,
  voice: voiceOf,
  video: videoOf,
  shortvideo: videoOf,
  news: newsOf,
  mpnews: newsOf,
  mpnewsarticle: newsOf,
  location: placeOf,
  link: (line) => (line.way === 'sent' ? linkCard(line) : plainOf(line)),
  file: fileOf,
  miniprogrampage: miniProgramOf,
  music: musicOf,
  msgmenu: (line, say) => (Array.isArray(line.content?.list) ? menuOf(line, say) : plainOf(line)),
  template: noticeOf,
  notice: noticeOf,
  once: noticeOf,
}

function noteOf(line) {
  const name = knows(line.type) ? word(line.type) : `${word('event')} ${line.type}`
  return `${name}${line.text ? ` · ${line.text}` : ''}`
}

/**
 * Draws a line of the conversation: a message with its sender's picture beside it, an event in
 * small letters in the middle.
 */
export function drawLine(line, { account, follower, names, say }) {
  const item = make('li', {
    'data-way': line.way,
    'data-type': line.type,
    title: new Date(line.at).toLocaleString(locale()),
  })
  if (line.way === 'event' || line.type === 'failure') {
    item.className = 'note'
    item.append(make('span', { text: line.type === 'failure' ? line.text : noteOf(line) }))
    return item
  }
  const own = line.way === 'sent'
  const [name, seed] = own
    ? [follower.nickname, follower.openid]
    : [names.get(line.kfAccount) ?? account.name, line.kfAccount ?? account.appid]
  const draw = Object.hasOwn(drawings, line.type) ? drawings[line.type] : plainOf
  const body = make(
    'div',
    { class: 'body' },
    line.kfAccount === undefined ? null : make('small', { class: 'sender', text: name }),
    draw(line, attempt(say)),
    line.aiLabel ? make('small', { class: 'sender', text: word('aiLabel') }) : null,
  )
  item.className = own ? 'own' : 'theirs'
  item.append(avatar(name, seed), body)
  return item
}
