// Draws a phone with the conversation between a follower and an account.
import { attempt, button, call, icon, make } from './dom.js'
import { drawLine } from './lines.js'
import { faceSheet, moreSheet, resultSheet } from './sheets.js'
import { locale, word } from './words.js'

const pause = 5 * 60_000

/**
 * Opens the phone of a follower. Only the elements of the first phone (`isFirst`) have ids, by
 * which scripts find them.
 */
export function openPhone({ appid, openid, isFirst, world, onClose, onChange }) {
  const id = (name) => (isFirst ? { id: name } : {})
  const time = make('span')
  const title = make('strong', id('title'))
  const subtitle = make('small', id('subtitle'))
  const list = make('ol', { class: 'messages', 'aria-live': 'polite', ...id('messages') })
  const drawer = make('div', { class: 'drawer', hidden: '' })
  const input = make('textarea', { class: 'text', rows: '1', maxlength: '20000', ...id('text') })
  const send = make('button', { type: 'submit', class: 'send', ...id('send') })
  const more = button({ class: 'round', 'data-more': '' }, icon('plus'))
  const face = button({ class: 'round', 'data-faces': '' }, icon('face'))
  const toMenu = button({ class: 'round swap' }, icon('menu'))
  const toKeyboard = button({ class: 'round swap' }, icon('keyboard'))
  const form = make(
    'form',
    { class: 'entry-bar', autocomplete: 'off' },
    toMenu,
    input,
    face,
    more,
    send,
  )
  const menu = make('div', { class: 'menu-bar', hidden: '' })
  const closer =
    onClose === null
      ? null
      : button(
          { class: 'closer', title: word('closePhone'), on: { click: onClose } },
          icon('close'),
        )
  const root = make(
    'section',
    { class: 'phone', 'data-openid': openid },
    make('div', { class: 'bar' }, time, make('span', { class: 'signals', text: '5G ▮▮▮' })),
    make('header', { class: 'title' }, title, subtitle, closer),
    list,
    make('div', { class: 'foot-area' }, form, menu, drawer),
    make('div', { class: 'home' }),
  )
  const state = { drawn: '', menuDrawn: '', button: [], wantsMenu: true, atEnd: true, top: 0 }

  const follower = () => world.follower(appid, openid)
  const at = (path) => `/sim/followers/${encodeURIComponent(openid)}/${path}`
  // Runs an action of the follower. The phone is redrawn at once, and again when the account has
  // answered: WeChat makes up to three attempts, which may take fifteen seconds.
  const act = async (path, body) => {
    const answered = call('POST', at(path), { appid, ...body })
    onChange()
    await answered
    onChange()
  }
  const phone = {
    appid,
    openid,
    root,
    follower,
    say: attempt((body) => act('send', body)),
    happen: attempt((body) => act('event', body)),
    scan: attempt((body) => act('scan', body)),
    tap: attempt((body) => act('tap', body)),
    change: attempt(async (body) => {
      await call('PATCH', `/sim/followers/${encodeURIComponent(openid)}`, { appid, ...body })
      onChange()
    }),
    show: (sheet) => {
      drawer.replaceChildren(sheet)
      drawer.hidden = false
    },
    close: () => {
      drawer.hidden = true
      drawer.replaceChildren()
    },
    insert: (text) => {
      input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end')
      input.dispatchEvent(new Event('input'))
    },
  }

  const toggle = (name, sheet) => {
    const isOpen = !drawer.hidden && drawer.dataset.name === name
    phone.close()
    if (isOpen) return
    drawer.dataset.name = name
    phone.show(sheet())
  }
  const showBar = () => {
    const isMenu = state.button.length > 0 && state.wantsMenu
    form.hidden = isMenu
    menu.hidden = !isMenu
    toMenu.hidden = state.button.length === 0
  }
  const submit = (event) => {
    event.preventDefault()
    const text = input.value
    if (text.trim() === '') return
    input.value = ''
    input.dispatchEvent(new Event('input'))
    phone.close()
    void phone.say({ type: 'text', text })
  }

  more.addEventListener('click', () => toggle('more', () => moreSheet(phone)))
  face.addEventListener('click', () => toggle('faces', () => faceSheet(phone)))
  toMenu.addEventListener('click', () => {
    phone.close()
    state.wantsMenu = true
    showBar()
  })
  toKeyboard.addEventListener('click', () => {
    state.wantsMenu = false
    showBar()
    input.focus()
  })
  form.addEventListener('submit', submit)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event)
  })
  input.addEventListener('input', () => {
    input.style.height = 'auto'
    input.style.height = `${Math.min(110, input.scrollHeight)}px`
  })
  list.addEventListener('click', phone.close)
  const toEnd = () => {
    if (state.atEnd) list.scrollTop = list.scrollHeight
  }
  new ResizeObserver(toEnd).observe(list)
  // Remembers whether the person scrolled up. A picture that finishes loading also changes the
  // length of the list, so only upward scrolling counts.
  list.addEventListener('scroll', () => {
    if (list.scrollTop < state.top - 2) state.atEnd = false
    if (list.scrollHeight - list.scrollTop - list.clientHeight < 40) state.atEnd = true
    state.top = list.scrollTop
  })

  function tapOn(path, one) {
    const options = { path }
    if (one.type?.startsWith('scancode'))
      phone.show(resultSheet(phone, (given) => phone.tap({ ...options, ...given })))
    else void phone.tap(options)
  }

  function drawMenu() {
    const drawn = JSON.stringify([state.button, locale()])
    if (drawn === state.menuDrawn) return
    state.menuDrawn = drawn
    const close = () => {
      for (const open of menu.querySelectorAll('.pop')) open.hidden = true
    }
    menu.replaceChildren(
      toKeyboard,
      ...state.button.map((one, n) => {
        const below = one.sub_button ?? []
        const pop = make(
          'div',
          { class: 'pop', hidden: '' },
          ...below.map((item, m) =>
            button({
              text: item.name,
              on: {
                click: () => {
                  close()
                  tapOn([n, m], item)
                },
              },
            }),
          ),
        )
        const top = button(
          {
            class: 'top',
            on: {
              click: () => {
                const isOpen = !pop.hidden
                close()
                if (below.length === 0) tapOn([n], one)
                else pop.hidden = isOpen
              },
            },
          },
          below.length > 0 ? icon('menu', 'small-icon') : null,
          make('span', { text: one.name }),
        )
        return make('div', { class: 'slot' }, pop, top)
      }),
    )
    showBar()
  }

  function withTimes(items, context) {
    let last = 0
    return items.flatMap((line) => {
      const when = Date.parse(line.at)
      const isLater = when - last > pause
      last = when
      const words = new Date(when).toLocaleString(locale(), {
        month: 'long',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hour12: false,
      })
      const stamp = isLater
        ? [
            make(
              'li',
              { class: 'note', 'data-way': 'time', 'data-type': 'time' },
              make('span', { text: words }),
            ),
          ]
        : []
      return [...stamp, drawLine(line, context)]
    })
  }

  function drawChat(items, names) {
    const drawn = JSON.stringify([
      items.length,
      items.at(-1),
      items.map((line) => line.media?.alive),
      [...names],
      locale(),
      follower()?.nickname,
    ])
    if (drawn === state.drawn) return
    state.drawn = drawn
    list.replaceChildren(
      ...withTimes(items, {
        account: world.account(appid),
        follower: follower(),
        names,
        say: phone.say,
      }),
    )
    toEnd()
    for (const picture of list.querySelectorAll('img, video')) {
      for (const event of ['load', 'loadeddata'])
        picture.addEventListener(event, toEnd, { once: true })
    }
  }

  phone.refresh = async () => {
    const of = `?appid=${encodeURIComponent(appid)}`
    const [chat, shown, kf] = await Promise.all([
      call('GET', at(`chat${of}&last=300`)),
      call('GET', at(`menu${of}`)),
      call('GET', `/sim/accounts/${encodeURIComponent(appid)}/kf`),
    ])
    state.button = shown.button
    drawMenu()
    drawChat(chat.items, new Map(kf.items.map((one) => [one.account, one.nickname])))
    phone.tick()
  }
  phone.tick = () => {
    const one = follower()
    const now = world.now()
    title.textContent = world.account(appid)?.name ?? ''
    subtitle.textContent =
      one === undefined
        ? ''
        : one.typingUntil > now
          ? word('typing')
          : word('phoneOf', { name: one.nickname })
    time.textContent = new Date(now).toLocaleTimeString(locale(), {
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    })
    input.placeholder = word('say')
    send.textContent = word('send')
    more.title = word('more')
    face.title = word('faces')
    toMenu.title = word('toMenu')
    toKeyboard.title = word('toKeyboard')
  }
  return phone
}
