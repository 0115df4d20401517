// A phone to play followers with. Data reaches the page by textContent only.
const find = (selector) => document.querySelector(selector)
const state = { accounts: [], followers: [], openid: null, appid: null, drawn: '', followersDrawn: '', ledgerDrawn: '', accountsDrawn: '' }
const colours = ['#4c8bf5', '#e6735c', '#8e6ad8', '#2fa58a', '#d9952b', '#d45d93', '#5b7a99', '#6aa344']

function make(name, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  element.append(...children)
  return element
}

function toast(text) {
  const box = find('#toast')
  box.textContent = text
  box.hidden = false
  clearTimeout(toast.timer)
  toast.timer = setTimeout(() => { box.hidden = true }, 4000)
}

async function call(method, path, body) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, init)
  const value = await response.json()
  if (!response.ok) throw new Error(value.error.message)
  return value
}

const attempt = (action) => async (...all) => {
  try { return await action(...all) } catch (error) { toast(`出错了 · ${error.message}`); return undefined }
}

const current = () => state.followers.find((one) => one.openid === state.openid && one.appid === state.appid)
const account = () => state.accounts.find((one) => one.appid === state.appid)
const lives = (path) => `/sim/followers/${encodeURIComponent(state.openid)}/${path}`

function avatar(name, seed) {
  let sum = 0
  for (const letter of seed) sum = (sum * 31 + letter.codePointAt(0)) % 9973
  const element = make('span', { class: 'avatar', text: [...name].at(-1) ?? '?' })
  element.style.background = colours[sum % colours.length]
  return element
}

function choose(appid, openid) {
  state.appid = appid
  state.openid = openid
  state.drawn = ''
  const hash = openid === null ? '' : `#${encodeURIComponent(appid)}/${encodeURIComponent(openid)}`
  if (location.hash !== hash) history.replaceState(null, '', hash === '' ? location.pathname : hash)
}

/** The hash names the follower, alone or behind the account: `#openid`, `#appid/openid`. */
function readHash() {
  const [first, second] = location.hash.slice(1).split('/').map(decodeURIComponent)
  const openid = second ?? first
  const found = state.followers.find((one) => one.openid === openid && (second === undefined || one.appid === first))
  if (found !== undefined) choose(found.appid, found.openid)
}

function settle() {
  if (account() === undefined) choose(state.accounts[0]?.appid ?? null, null)
  if (current() === undefined) choose(state.appid, state.followers.find((one) => one.appid === state.appid)?.openid ?? null)
}

function drawAccounts() {
  const drawn = JSON.stringify([state.accounts, state.appid])
  if (drawn === state.accountsDrawn) return
  state.accountsDrawn = drawn
  const select = find('#account')
  select.replaceChildren(...state.accounts.map((one) => make('option', { value: one.appid, text: one.name })))
  if (state.accounts.length === 0) select.append(make('option', { text: '（还没有公众号）' }))
  select.value = state.appid ?? ''
}

function drawFollowers() {
  const mine = state.followers.filter((one) => one.appid === state.appid)
  const drawn = JSON.stringify([mine.map((one) => [one.openid, one.nickname, one.subscribed]), state.openid])
  if (drawn === state.followersDrawn) return
  state.followersDrawn = drawn
  find('#followers').replaceChildren(...mine.map((one) => {
    const who = make('span', { class: 'who' }, make('div', { class: 'name', text: one.nickname }),
      make('div', { class: 'last', text: one.subscribed ? `已关注 · ${one.openid.slice(-6)}` : '未关注 not following' }))
    const button = make('button', { type: 'button', 'aria-current': String(one.openid === state.openid), 'data-openid': one.openid },
      avatar(one.nickname, one.openid), who)
    button.addEventListener('click', () => { choose(one.appid, one.openid); void refresh() })
    return make('li', {}, button)
  }))
}

const eventWords = { subscribe: '你关注了公众号', unsubscribe: '你取消了关注', CLICK: '你点了菜单', SCAN: '你扫了二维码' }
const kindWords = { image: '图片', voice: '语音', video: '视频', music: '音乐', news: '图文', msgmenu: '菜单', miniprogrampage: '小程序', link: '链接', location: '位置' }

function menuLine(part) {
  const bubble = make('div', { class: 'bubble' }, make('span', { text: part.head_content ?? '' }))
  for (const item of part.list) {
    const button = make('button', { type: 'button', text: item.content })
    button.addEventListener('click', () => say({ type: 'text', text: item.content, bizmsgmenuid: String(item.id) }))
    bubble.append(button)
  }
  bubble.append(make('span', { text: part.tail_content ?? '' }))
  return bubble
}

function bubbleOf(line) {
  if (line.type === 'msgmenu' && Array.isArray(line.content?.list)) return menuLine(line.content)
  const bubble = make('div', { class: 'bubble' })
  if (line.type === 'image') bubble.append(make('div', { class: 'picture', role: 'img', 'aria-label': '图片 picture' }))
  else if (line.type !== 'text') bubble.append(make('span', { class: 'kind', text: kindWords[line.type] ?? line.type }))
  if (line.type !== 'image') bubble.append(make('span', { text: line.text ?? line.mediaId ?? '' }))
  return bubble
}

function drawLine(line) {
  const item = make('li', { 'data-way': line.way, 'data-type': line.type, title: new Date(line.at).toLocaleString('zh-CN') })
  const note = line.way === 'event' ? `${eventWords[line.type] ?? `事件 ${line.type}`}${line.text ? ` · ${line.text}` : ''}` : line.text
  if (line.way === 'event' || line.type === 'failure') {
    item.className = 'note'
    item.append(make('span', { text: note }))
    return item
  }
  const own = line.way === 'sent'
  const [name, seed] = own ? [current().nickname, current().openid] : [account().name, account().appid]
  item.className = own ? 'own' : 'theirs'
  item.append(avatar(name, seed), bubbleOf(line))
  return item
}

function withTimes(items) {
  let last = 0
  return items.flatMap((line) => {
    const at = Date.parse(line.at)
    const pause = at - last > 5 * 60_000
    last = at
    const words = new Date(at).toLocaleString('zh-CN', { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false })
    return pause ? [make('li', { class: 'note', 'data-way': 'time', 'data-type': 'time' }, make('span', { text: words })), drawLine(line)] : [drawLine(line)]
  })
}

function drawChat(items, now) {
  const follower = current()
  const typing = follower !== undefined && follower.typingUntil > now
  find('#title').textContent = account()?.name ?? '公众号'
  find('#subtitle').textContent = typing ? '对方正在输入…' : follower === undefined ? '' : `${follower.nickname} 的手机`
  const drawn = JSON.stringify([state.openid, items.length, items.at(-1)])
  if (drawn === state.drawn) return
  state.drawn = drawn
  const list = find('#messages')
  list.replaceChildren(...withTimes(items.slice(-300)))
  list.scrollTop = list.scrollHeight
}

function drawEmpty() {
  const follower = current()
  find('#empty').hidden = follower !== undefined
  const missing = state.accounts.length === 0
  find('#empty-text').textContent = missing ? '还没有公众号' : '还没有粉丝，先创建一位吧'
  find('#empty-small').textContent = missing ? 'No account yet: start the product, or POST /sim/accounts' : 'No follower yet. Create one and write to the account.'
  find('#empty-button').hidden = missing
  find('#new-follower').disabled = missing
  for (const button of document.querySelectorAll('.quick button, #send')) button.disabled = follower === undefined
  find('[data-follow]').textContent = follower?.subscribed === false ? '关注' : '取消关注'
}

function drawClock(clock) {
  const now = new Date(clock.now)
  find('#date').textContent = now.toLocaleString('zh-CN', { hour12: false })
  find('#phone-time').textContent = now.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false })
  const minutes = Math.round(clock.advanceMs / 60_000)
  const parts = [[Math.floor(minutes / 1440), '天'], [Math.floor(minutes / 60) % 24, '小时'], [minutes % 60, '分钟']]
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ')
  find('#advanced').textContent = words === '' ? '与真实时间一致 · real time' : `比真实时间快 ${words}`
}

function drawWindow(now) {
  const { window: open = null } = current() ?? {}
  const left = open === null ? 0 : Math.max(0, open.endsAt - now)
  const box = find('#window')
  box.classList.toggle('closed', left === 0)
  const time = left > 3600_000 ? `${Math.floor(left / 3600_000)} 小时` : left > 60_000 ? `${Math.floor(left / 60_000)} 分钟` : `${Math.ceil(left / 1000)} 秒`
  if (left === 0) box.replaceChildren(make('b', { text: '已关闭 closed' }), ' · 粉丝发消息后打开')
  else box.replaceChildren('还可发 ', make('b', { text: `${open.remaining} 条` }), `，剩 ${time}`)
}

function resultOf(item) {
  if (item.kind === 'call') return item.errcode === undefined ? item.fault ?? '' : item.errcode === 0 ? 'ok' : String(item.errcode)
  return item.outcome ?? String(item.status ?? '')
}

function drawLedger(items) {
  const drawn = JSON.stringify(items.at(-1)?.n ?? null)
  if (drawn === state.ledgerDrawn) return
  state.ledgerDrawn = drawn
  const rows = items.toReversed().map((item) => {
    const result = resultOf(item)
    const what = item.kind === 'push'
      ? `${item.request.Event ?? item.request.MsgType} ${item.request.Content ?? ''}${item.attempt > 1 ? ` (第 ${item.attempt} 次)` : ''}`
      : item.path.replace('/cgi-bin/', '')
    return make('li', { title: `${item.at} ${item.path} ${item.outcome ?? ''}` },
      make('span', { class: `kind ${item.kind}`, text: item.kind === 'push' ? '推送' : '调用' }),
      make('span', { class: 'what', text: what }), make('span', { class: result === 'ok' ? 'result' : 'result bad', text: result }))
  })
  find('#ledger').replaceChildren(...rows, ...(rows.length === 0 ? [make('li', { class: 'none', text: '还没有推送和调用 · nothing yet' })] : []))
}

async function refresh() {
  const [accounts, followers, clock, ledger] = await Promise.all(
    ['/sim/accounts', '/sim/followers', '/sim/clock', '/sim/ledger?last=40'].map((path) => call('GET', path)))
  state.accounts = accounts.items
  state.followers = followers.items
  if (state.openid === null) readHash()
  settle()
  const asked = state.openid
  const chat = asked === null ? { items: [] } : await call('GET', lives(`chat?appid=${encodeURIComponent(state.appid)}`))
  if (asked !== state.openid) return
  drawAccounts()
  drawFollowers()
  drawEmpty()
  drawChat(chat.items, Date.parse(clock.now))
  drawClock(clock)
  drawWindow(Date.parse(clock.now))
  drawLedger(ledger.items)
}

/** Redraws at once and again when the account has answered: three tries may take fifteen seconds. */
async function push(path, body) {
  const answered = call('POST', lives(path), { appid: state.appid, ...body })
  void refresh().catch(() => undefined)
  await answered
  await refresh()
}
const say = attempt((body) => push('send', body))
const happen = attempt((body) => push('event', body))

const welcome = attempt(async () => {
  const follower = await call('POST', '/sim/followers', { appid: state.appid })
  choose(follower.appid, follower.openid)
  await push('event', { event: 'subscribe' })
})

find('#new-follower').addEventListener('click', welcome)
find('#empty-button').addEventListener('click', welcome)
find('#account').addEventListener('change', (event) => { choose(event.target.value, null); void refresh() })
find('#form').addEventListener('submit', (event) => {
  event.preventDefault()
  const text = find('#text').value
  if (text.trim() === '' || current() === undefined) return
  find('#text').value = ''
  void say({ type: 'text', text })
})
for (const button of document.querySelectorAll('[data-say]')) {
  button.addEventListener('click', () => say({ type: 'text', text: button.dataset.say }))
}
find('[data-picture]').addEventListener('click', () => say({ type: 'image' }))
find('[data-place]').addEventListener('click', () => say({
  type: 'location', location: { latitude: 31.2304, longitude: 121.4737, scale: 16, label: '上海市人民广场' },
}))
find('[data-follow]').addEventListener('click', () => happen({ event: current()?.subscribed === false ? 'subscribe' : 'unsubscribe' }))
for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', attempt(async () => {
    await call('POST', '/sim/clock', { advanceMs: Number(button.dataset.advance) })
    await refresh()
  }))
}
addEventListener('hashchange', () => { readHash(); void refresh() })

async function keepFresh() {
  try { await refresh() } catch { find('#advanced').textContent = '模拟器没有回应 · no answer' }
  setTimeout(keepFresh, 1000)
}
void keepFresh()
