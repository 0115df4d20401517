// The right column of the page, beside the phones: ledger, faults, events, account.
import { attempt, button, call, find, make } from './dom.js'
import { knows, word } from './words.js'

export const tabs = ['ledger', 'faults', 'events', 'account']
const nameOf = (tab) => word(`tab${tab[0].toUpperCase()}${tab.slice(1)}`)

export function drawTabs(current, choose) {
  find('.tabs').replaceChildren(
    ...tabs.map((tab) =>
      button({
        role: 'tab',
        'data-tab': tab,
        'aria-selected': String(tab === current),
        text: nameOf(tab),
        on: { click: () => choose(tab) },
      }),
    ),
  )
}

function resultOf(item) {
  if (item.kind === 'push') return item.outcome ?? String(item.status ?? '')
  if (item.errcode === undefined) return item.fault ?? ''
  return item.errcode === 0 ? 'ok' : String(item.errcode)
}

function whatOf(item) {
  if (item.kind === 'call') return item.path.replace('/cgi-bin/', '').replace(/^\//, '')
  const { InfoType: info, Event: event, MsgType: type, Content: content = '' } = item.request
  const again = item.attempt > 1 ? ` (${word('try', { n: item.attempt })})` : ''
  return `${info ?? event ?? type ?? 'xml'} ${content}${again}`
}

export function ledgerPanel(items) {
  const rows = items.toReversed().map((item) => {
    const result = resultOf(item)
    return make(
      'li',
      {},
      make(
        'details',
        {},
        make(
          'summary',
          {},
          make('span', {
            class: `kind ${item.kind}`,
            text: word(item.kind === 'push' ? 'push' : 'callWord'),
          }),
          make('span', { class: 'what', text: whatOf(item) }),
          make('span', { class: result === 'ok' ? 'result' : 'result bad', text: result }),
        ),
        make('pre', { text: JSON.stringify(item, null, 1) }),
      ),
    )
  })
  return make(
    'ol',
    { id: 'ledger' },
    ...rows,
    ...(rows.length === 0 ? [make('li', { class: 'none', text: word('nothing') })] : []),
  )
}

const sendPath = '/cgi-bin/message/custom/send'
const faults = [
  ['slow', { kind: 'slow' }],
  ['busy', { kind: 'errcode', errcode: -1 }],
  ['refuse', { kind: 'refuse' }],
  ['reset', { kind: 'reset' }],
  ['silent', { kind: 'silent' }],
  ['half', { kind: 'half' }],
  ['html', { kind: 'html' }],
  ['expireToken', { kind: 'expireToken' }],
  ['closeWindow', { kind: 'closeWindow' }],
  ['quota', { kind: 'quota' }],
  ['noRetry', { kind: 'noRetry' }],
]

export function faultsPanel(items, refresh) {
  const only = make('input', { type: 'checkbox', checked: '' })
  const add = (fault) =>
    attempt(async () => {
      await call('POST', '/sim/faults', {
        ...fault,
        ...(only.checked && fault.kind !== 'noRetry' ? { path: sendPath } : {}),
      })
      refresh()
    })
  const clear = attempt(async () => {
    await call('DELETE', '/sim/faults')
    refresh()
  })
  const waiting = items.map((one) =>
    make('li', {
      text: `${knows(one.kind) ? word(one.kind) : one.kind} ${one.errcode ?? ''} · ${one.path ?? '*'} · ${one.next === 0 ? word('untilDeleted') : `×${one.next}`}`,
    }),
  )
  return make(
    'div',
    { class: 'scroll' },
    make('p', { class: 'soft', text: word('faultNext') }),
    make('label', { class: 'check' }, only, word('faultOnly')),
    make(
      'div',
      { class: 'buttons' },
      ...faults.map(([name, fault]) =>
        button({ text: word(name), 'data-fault': name, on: { click: add(fault) } }),
      ),
    ),
    make('p', {
      class: 'soft',
      text: `${word('activeFaults')}: ${items.length === 0 ? word('none') : ''}`,
    }),
    make('ul', { class: 'plain' }, ...waiting),
    items.length === 0
      ? null
      : button({ class: 'wide', text: word('clear'), on: { click: clear } }),
  )
}

/** The panel that sends any event of WeChat for the displayed follower, with any fields. */
export function eventsPanel(names, phone) {
  const name = make(
    'select',
    { 'aria-label': word('eventName') },
    ...names.map((one) => make('option', { value: one, text: one })),
  )
  const fields = make('textarea', {
    rows: '4',
    placeholder: '{"eventKey": "k"}',
    'aria-label': word('eventFields'),
  })
  const copies = make('input', {
    type: 'number',
    min: '1',
    max: '100',
    value: '1',
    'aria-label': word('copies'),
  })
  const run = attempt(async (event) => {
    event.preventDefault()
    const given = fields.value.trim() === '' ? {} : JSON.parse(fields.value)
    await phone()?.happen({ ...given, event: name.value, copies: Number(copies.value) })
  })
  return make(
    'form',
    { class: 'scroll stack', on: { submit: run } },
    make('label', { text: word('eventName') }, name),
    make('label', { text: word('eventFields') }, fields),
    make('label', { text: word('copies') }, copies),
    make('button', { class: 'wide', type: 'submit', text: word('happen') }),
  )
}

function choice(values, current, change) {
  const select = make(
    'select',
    { on: { change: () => change(select.value) } },
    ...values.map((one) => make('option', { value: one, text: word(one) })),
  )
  select.value = current
  return select
}

export function accountPanel(account, { components, refresh }) {
  if (account === undefined) return make('p', { class: 'soft', text: word('noAccountHint') })
  const at = `/sim/accounts/${encodeURIComponent(account.appid)}`
  const change = attempt(async (body) => {
    await call('PATCH', at, body)
    refresh()
  })
  const answer = make('p', { class: 'soft' })
  const verify = attempt(async () => {
    const { ok, status } = await call('POST', `${at}/verify`)
    answer.textContent = `${word(ok ? 'verified' : 'notVerified')} (${status ?? '–'})`
  })
  const through = components
    .filter((one) => one.authorized.some((given) => given.appid === account.appid))
    .map((one) => one.name)
  const mark = make('input', {
    type: 'number',
    min: '0',
    value: String(account.markFail),
    on: { change: () => change({ markFail: Number(mark.value) }) },
  })
  return make(
    'div',
    { class: 'scroll stack' },
    make('p', { class: 'soft', text: `${account.appid} · ${account.originalId}` }),
    make(
      'label',
      { text: word('mode') },
      choice(['plain', 'compatible', 'safe'], account.mode, (mode) => change({ mode })),
    ),
    make(
      'label',
      { text: word('kind') },
      choice(['service', 'subscription', 'unverified', 'miniprogram'], account.kind, (kind) =>
        change({ kind }),
      ),
    ),
    make('label', { text: word('markFail') }, mark),
    make('p', {
      class: 'soft breaks',
      text:
        through.length > 0
          ? `${word('through')}: ${through.join(', ')}`
          : `${word('callback')}: ${account.callbackUrl}`,
    }),
    button({ class: 'wide', text: word('verify'), on: { click: verify } }),
    answer,
  )
}
