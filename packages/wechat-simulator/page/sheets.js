// The panels above the input: more things to send, emoticons, locations, QR codes.
import { attempt, button, call, chooseFile, icon, make } from './dom.js'
import { drawsEmoji, faces } from './faces.js'
import { locale, word } from './words.js'

const places = [
  ['上海市人民广场', 31.230391, 121.473701],
  ['北京天安门', 39.908722, 116.397499],
  ['广州塔', 23.106574, 113.324553],
  ['杭州西湖', 30.242865, 120.148681],
  ['成都宽窄巷子', 30.667204, 104.053468],
  ['深圳湾公园', 22.517585, 113.950723],
]

const entry = (name, label, run) =>
  button(
    { class: 'tile', 'data-do': name, on: { click: run } },
    make('span', { class: 'square' }, icon(label)),
    make('small', { text: word(name) }),
  )

/**
 * The panel with more things to send. `phone` provides say, happen, openid, appid and follower, and
 * functions that close or change the panel.
 */
export function moreSheet(phone) {
  const say = (body) => () => {
    phone.close()
    return phone.say(body)
  }
  const pick = (type, accept) =>
    attempt(async () => {
      phone.close()
      const file = await chooseFile(accept)
      if (file !== null) await phone.say({ type, file })
    })
  const media = (type, accept) => () =>
    phone.show(
      optionSheet(
        [
          [word('sample'), say({ type })],
          [word('choose'), pick(type, accept)],
        ],
        phone,
      ),
    )
  const subscribed = phone.follower().subscribed
  return make(
    'div',
    { class: 'sheet tiles' },
    entry('image', 'image', media('image', 'image/*')),
    entry('voice', 'voice', media('voice', '.amr,.mp3,audio/*')),
    entry('video', 'video', media('video', 'video/mp4')),
    entry('shortvideo', 'phone', media('shortvideo', 'video/mp4')),
    entry('location', 'place', () => phone.show(placeSheet(phone))),
    entry('link', 'link', () => phone.show(linkSheet(phone))),
    entry('file', 'file', media('file', '')),
    entry('miniprogrampage', 'card', say({ type: 'miniprogrampage', text: '我的订单' })),
    entry(
      'scan',
      'scan',
      attempt(async () => phone.show(await scanSheet(phone))),
    ),
    entry('report', 'report', () => {
      phone.close()
      return phone.happen({ event: 'LOCATION' })
    }),
    entry(phone.follower().blocked ? 'unblock' : 'block', 'block', () => {
      phone.close()
      return phone.change({ blocked: !phone.follower().blocked })
    }),
    entry(subscribed ? 'unfollow' : 'follow', 'follow', () => {
      phone.close()
      return phone.happen({ event: subscribed ? 'unsubscribe' : 'subscribe' })
    }),
  )
}

function optionSheet(options, phone) {
  return make(
    'div',
    { class: 'sheet list' },
    ...options.map(([text, run]) => button({ text, on: { click: run } })),
    button({ text: word('cancel'), on: { click: phone.close } }),
  )
}

function form(phone, fields, run) {
  const inputs = fields.map(([name, value]) =>
    make('input', { name, placeholder: word(name), 'aria-label': word(name), value }),
  )
  const submit = attempt(async (event) => {
    event.preventDefault()
    const values = Object.fromEntries(inputs.map((input) => [input.name, input.value]))
    await run(values)
  })
  const buttons = make(
    'div',
    { class: 'pair' },
    button({ text: word('cancel'), on: { click: phone.close } }),
    make('button', { type: 'submit', text: word('ok') }),
  )
  return make('form', { class: 'sheet list', on: { submit } }, ...inputs, buttons)
}

function placeSheet(phone) {
  const send = (label, latitude, longitude) => {
    phone.close()
    return phone.say({ type: 'location', location: { latitude, longitude, scale: 15, label } })
  }
  const own = form(
    phone,
    [
      ['label', ''],
      ['latitude', '31.2304'],
      ['longitude', '121.4737'],
    ],
    ({ label, latitude, longitude }) => send(label, Number(latitude), Number(longitude)),
  )
  const chips = places.map(([label, x, y]) =>
    button({ class: 'chip', text: label, on: { click: () => send(label, x, y) } }),
  )
  own.prepend(make('div', { class: 'chips' }, ...chips))
  return own
}

function linkSheet(phone) {
  const fields = [
    ['linkTitle', '商品详情'],
    ['linkText', '限时优惠，点击查看'],
    ['link', 'https://example.com/item/1'],
  ]
  return form(phone, fields, ({ linkTitle: title, linkText: description, link: url }) => {
    phone.close()
    return phone.say({ type: 'link', link: { title, description, url } })
  })
}

async function scanSheet(phone) {
  const { items } = await call('GET', `/sim/accounts/${encodeURIComponent(phone.appid)}/codes`)
  const { now } = await call('GET', '/sim/clock')
  const codes = items
    .slice(-6)
    .reverse()
    .map((code) => {
      const isOver = code.expiresAt !== null && code.expiresAt <= Date.parse(now)
      const picture = make('img', {
        src: `/cgi-bin/showqrcode?ticket=${encodeURIComponent(code.ticket)}`,
        alt: '',
      })
      const run = () => {
        phone.close()
        return phone.scan({ ticket: code.ticket })
      }
      return button(
        {
          class: 'code',
          disabled: isOver ? '' : null,
          title: code.expiresAt === null ? '' : new Date(code.expiresAt).toLocaleString(locale()),
          on: { click: run },
        },
        picture,
        make('small', { text: isOver ? word('expired') : String(code.scene) }),
      )
    })
  const own = form(phone, [['scene', 'store_007']], ({ scene }) => {
    phone.close()
    return phone.scan({ scene })
  })
  own.prepend(
    make('small', { text: codes.length === 0 ? word('noCodes') : word('codes') }),
    make('div', { class: 'codes' }, ...codes),
  )
  own.querySelector('[type=submit]').textContent = word('scanIt')
  return own
}

export function faceSheet(phone) {
  const emoji = drawsEmoji
    ? ['😀', '😂', '🥰', '😭', '👍', '🙏', '🎉', '❤️', '👨‍👩‍👧‍👦', '🇨🇳', '👍🏽', '🔥']
    : []
  const cell = (glyph, code) =>
    button({ class: 'facecell', text: glyph, title: code, on: { click: () => phone.insert(code) } })
  return make(
    'div',
    { class: drawsEmoji ? 'sheet faces' : 'sheet faces names' },
    ...emoji.map((one) => cell(one, one)),
    ...faces.map(([code, name, glyph]) =>
      cell(drawsEmoji ? glyph : name.slice(1, -1), code.startsWith('[') ? name : code),
    ),
  )
}

/** The panel for a menu button that scans: the person enters what the scanned code contains. */
export function resultSheet(phone, run) {
  return form(phone, [['scanResult', 'https://example.com/scanned']], ({ scanResult }) => {
    phone.close()
    return run({ scanResult })
  })
}
