// The page with phones on which a person plays followers.
import { attempt, avatar, button, call, find, findAll, icon, make, toast } from './dom.js'
import { openPhone } from './phone.js'
import { drawClock, drawWindow } from './times.js'
import { accountPanel, drawTabs, eventsPanel, faultsPanel, ledgerPanel } from './tools.js'
import { locale, switchLanguage, word, writeWords } from './words.js'

const state = {
  accounts: [],
  followers: [],
  components: [],
  ledger: [],
  faults: [],
  events: [],
  clock: { advanceMs: 0, now: new Date().toISOString() },
  readAt: 0,
  appid: null,
  phones: [],
  tab: 'ledger',
  panel: '',
  people: '',
  seen: new Map(),
}

const world = {
  now: () => Date.parse(state.clock.now) + performance.now() - state.readAt,
  account: (appid) => state.accounts.find((one) => one.appid === appid),
  follower: (appid, openid) =>
    state.followers.find((one) => one.openid === openid && one.appid === appid),
}
const first = () => state.phones[0]
const current = () =>
  first() === undefined ? undefined : world.follower(first().appid, first().openid)

function place(index, appid, openid) {
  const isFirst = index === 0
  const phone = openPhone({
    appid,
    openid,
    isFirst,
    world,
    onChange: refreshSoon,
    onClose: isFirst
      ? null
      : () => {
          state.phones.splice(state.phones.indexOf(phone), 1)
          phone.root.remove()
          state.people = ''
          drawPeople()
        },
  })
  state.phones[index]?.root.remove()
  state.phones[index] = phone
  const main = find('#phones')
  main.insertBefore(phone.root, main.children[index] ?? null)
  return phone
}

/**
 * Shows the first phone for this follower, and names the follower in the address of the page:
 * `#appid/openid`.
 */
function choose(appid, openid) {
  state.appid = appid
  const hash = openid === null ? '' : `#${encodeURIComponent(appid)}/${encodeURIComponent(openid)}`
  if (location.hash !== hash) history.replaceState(null, '', hash === '' ? location.pathname : hash)
  const isShown = first()?.appid === appid && first()?.openid === openid
  if (openid === null) {
    for (const phone of state.phones.splice(0)) phone.root.remove()
  } else if (!isShown) {
    find('.hello')?.remove()
    void place(0, appid, openid).refresh()
  }
  state.people = ''
}

function readHash() {
  const [one, two] = location.hash.slice(1).split('/').map(decodeURIComponent)
  const openid = two ?? one
  const found = state.followers.find(
    (follower) => follower.openid === openid && (two === undefined || follower.appid === one),
  )
  if (found !== undefined) choose(found.appid, found.openid)
}

function settle() {
  if (world.account(state.appid) === undefined) choose(state.accounts[0]?.appid ?? null, null)
  if (current() === undefined || current().appid !== state.appid) {
    choose(state.appid, state.followers.find((one) => one.appid === state.appid)?.openid ?? null)
  }
}

const lastText = (one) =>
  one.last === null
    ? `${one.openid.slice(-6)}`
    : one.last.way === 'event'
      ? word(one.last.type)
      : one.last.type === 'failure' || one.last.text
        ? one.last.text
        : `[${word(one.last.type)}]`

function standing(one) {
  if (!one.subscribed) return word('notFollowing')
  if (one.blacklisted) return word('blacklisted')
  return one.blocked ? word('blocked') : lastText(one)
}

function drawPeople() {
  const mine = state.followers.filter((one) => one.appid === state.appid)
  const shown = state.phones.map((phone) => phone.openid)
  for (const one of mine)
    if (shown.includes(one.openid) || !state.seen.has(one.openid))
      state.seen.set(one.openid, one.reached)
  const drawn = JSON.stringify([
    state.accounts.map((one) => [one.appid, one.name]),
    state.appid,
    mine.map((one) => [one.openid, one.nickname, standing(one), one.reached]),
    shown,
    locale(),
  ])
  if (drawn === state.people) return
  state.people = drawn
  const select = find('#account')
  select.replaceChildren(
    ...state.accounts.map((one) => make('option', { value: one.appid, text: one.name })),
  )
  if (state.accounts.length === 0) select.append(make('option', { text: word('noAccount') }))
  select.value = state.appid ?? ''
  find('#followers').replaceChildren(...mine.map(drawPerson))
  find('#new-follower').disabled = state.accounts.length === 0
  drawHello()
}

function drawPerson(one) {
  const unread = Math.max(0, one.reached - (state.seen.get(one.openid) ?? one.reached))
  const isShown = state.phones.some(
    (phone) => phone.openid === one.openid && phone.appid === one.appid,
  )
  const face = make(
    'span',
    { class: 'face-box' },
    avatar(one.nickname, one.openid),
    unread === 0 ? null : make('b', { class: 'badge', text: String(Math.min(99, unread)) }),
  )
  const who = make(
    'span',
    { class: 'who' },
    make('div', { class: 'name', text: one.nickname }),
    make('div', { class: 'last', text: standing(one) }),
  )
  const open = button(
    {
      class: 'person',
      'aria-current': String(isShown),
      'data-openid': one.openid,
      on: {
        click: () => {
          choose(one.appid, one.openid)
          refreshSoon()
        },
      },
    },
    face,
    who,
  )
  const beside = button(
    {
      class: 'beside',
      title: word('beside'),
      on: {
        click: () => {
          void place(state.phones.length, one.appid, one.openid).refresh()
          state.people = ''
          drawPeople()
        },
      },
    },
    icon('split'),
  )
  return make('li', {}, open, isShown || state.phones.length > 2 ? null : beside)
}

function drawHello() {
  find('.hello')?.remove()
  if (state.phones.length > 0) return
  const missing = state.accounts.length === 0
  find('#phones').append(
    make(
      'div',
      { class: 'hello' },
      make('p', { text: word(missing ? 'noAccount' : 'noFollower') }),
      make('small', { text: word(missing ? 'noAccountHint' : 'noFollowerHint') }),
      missing ? null : button({ id: 'empty-button', text: word('create'), on: { click: welcome } }),
    ),
  )
}

const panels = {
  ledger: () => [state.ledger.at(-1)?.n, () => ledgerPanel(state.ledger)],
  faults: () => [state.faults, () => faultsPanel(state.faults, refreshSoon)],
  events: () => [state.events.length, () => eventsPanel(state.events, first)],
  account: () => [
    [world.account(state.appid), state.components],
    () =>
      accountPanel(world.account(state.appid), {
        components: state.components,
        refresh: refreshSoon,
      }),
  ],
}

function drawPanel() {
  const [facts, draw] = panels[state.tab]()
  const drawn = JSON.stringify([state.tab, facts ?? null, locale()])
  if (drawn === state.panel) return
  state.panel = drawn
  drawTabs(state.tab, (tab) => {
    state.tab = tab
    drawPanel()
  })
  find('#panel').replaceChildren(draw())
}

async function refresh() {
  const [accounts, followers, clock, ledger, faults, components] = await Promise.all(
    [
      '/sim/accounts',
      '/sim/followers?last=1',
      '/sim/clock',
      '/sim/ledger?last=60',
      '/sim/faults',
      '/sim/components',
    ].map((path) => call('GET', path)),
  )
  Object.assign(state, {
    accounts: accounts.items,
    followers: followers.items,
    clock,
    ledger: ledger.items,
    faults: faults.items,
    components: components.items,
    readAt: performance.now(),
  })
  if (state.phones.length === 0) readHash()
  settle()
  drawPeople()
  drawPanel()
  tick()
  await Promise.all(state.phones.map((phone) => phone.refresh()))
}

let coming = null
function refreshSoon() {
  coming ??= setTimeout(() => {
    coming = null
    void refresh().catch(() => undefined)
  }, 30)
}

const welcome = attempt(async () => {
  const follower = await call('POST', '/sim/followers', { appid: state.appid })
  await refresh()
  choose(follower.appid, follower.openid)
  await first().happen({ event: 'subscribe' })
})

function tick() {
  drawClock({ now: world.now(), advanceMs: state.clock.advanceMs })
  drawWindow(current(), world.now())
  for (const phone of state.phones) phone.tick()
}

function writeAll() {
  writeWords()
  find('#language').textContent = word('other')
}

find('#new-follower').addEventListener('click', welcome)
find('#language').addEventListener('click', () => {
  switchLanguage()
  writeAll()
  refreshSoon()
})
find('#account').addEventListener('change', (event) => {
  choose(event.target.value, null)
  refreshSoon()
})
for (const one of findAll('[data-advance]')) {
  one.addEventListener(
    'click',
    attempt(async () => {
      await call('POST', '/sim/clock', { advanceMs: Number(one.dataset.advance) })
      refreshSoon()
    }),
  )
}
addEventListener('hashchange', () => {
  readHash()
  refreshSoon()
})

async function keepFresh(version) {
  let next = version
  try {
    next = (await call('GET', `/sim/changes?after=${version}`)).version
    await refresh()
  } catch {
    toast(word('noAnswer'))
    await new Promise((resolve) => {
      setTimeout(resolve, 1500)
    })
    next = -1
  }
  setTimeout(() => {
    void keepFresh(next)
  }, 60)
}

writeAll()
state.events = (await call('GET', '/sim/kinds')).events
await refresh()
void keepFresh(0)
setInterval(tick, 1000)
