// Rules through the API: validation, paging, explanations, conflicts, export and import.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import test from 'node:test'
import fc from 'fast-check'
import { readCsv, writeCsv } from '../../src/http/engine/csv.ts'
import { as, refusal, type Asking } from '../support/api.ts'
import { openHouse, type House } from '../support/app.ts'
import { times } from '../support/full.ts'

const text = (words: string) => ({ kind: 'text', text: words })
const contains = (...keywords: string[]) => ({ kind: 'contains', keywords })
const post = (admin: Asking, name: string, more: object = {}) =>
  admin.post('/api/rules').send({ name, match: contains('退'), action: text(name), ...more })
const make = async (admin: Asking, name: string, more: object) =>
  (await post(admin, name, more).expect(201)).body
const list = async (admin: Asking, query: object = {}): Promise<any[]> =>
  (await admin.get('/api/rules').query(query).expect(200)).body.items
const tryOut = async (admin: Asking, body: object) =>
  (await admin.post('/api/rules/test').send(body).expect(200)).body
const importRules = (admin: Asking, type: string, body: string) =>
  admin.post('/api/rules/import').type(type).send(body)

/**
 * Reads a CSV table that arrives in pieces of this size. The pieces end anywhere, also within a
 * character.
 */
async function rowsOf(table: string, size = 10_000): Promise<string[][]> {
  const bytes = Buffer.from(table)
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const rows: string[][] = []
  for await (const row of readCsv(pieces())) rows.push(row)
  return rows
}

const refused: [what: string, rule: object, field: string, says: RegExp][] = [
  ['a kind that is none', { match: { kind: 'fuzzy' } }, 'match.kind', /one of exact, contains/],
  [
    'a keyword kind without keywords',
    { match: { kind: 'all' } },
    'match.keywords',
    /at least one keyword/,
  ],
  ['an empty keyword', { match: contains('  ') }, 'match.keywords.0', /at least one character/],
  [
    'a follow rule with keywords',
    { match: { kind: 'subscribe', keywords: ['x'] } },
    'match.keywords',
    /leave them out/,
  ],
  [
    'look-around',
    { match: { kind: 'regex', pattern: '(?<=退)款' } },
    'match.pattern',
    /no look-around/,
  ],
  ['a back reference', { match: { kind: 'regex', pattern: '(a)\\1' } }, 'match.pattern', /RE2/],
  [
    'a bracket left open',
    { match: { kind: 'regex', pattern: '(退' } },
    'match.pattern',
    /cannot be used/,
  ],
  [
    'a pattern that grows too large',
    { match: { kind: 'regex', pattern: '((a{50}){50})' } },
    'match.pattern',
    /too large|cannot be used/,
  ],
  [
    'a pattern where none belongs',
    { match: { ...contains('退'), pattern: 'x' } },
    'match.pattern',
    /choose regex/,
  ],
  ['an action that is none', { action: { kind: 'dance' } }, 'action.kind', /one of text, image/],
  ['a text of nothing', { action: text('  ') }, 'action.text', /Say something/],
  ['a text too long', { action: text('长'.repeat(700)) }, 'action.text', /2048 bytes/],
  [
    'an address that runs',
    { action: { kind: 'news', articles: [{ title: 't', url: 'javascript:alert(1)' }] } },
    'action.articles.0.url',
    /https/,
  ],
  [
    'several articles in answer to a text',
    {
      action: {
        kind: 'news',
        articles: [
          { title: 'a', url: 'https://a' },
          { title: 'b', url: 'https://b' },
        ],
      },
    },
    'action.articles',
    /one article/,
  ],
  [
    'a menu with one id twice',
    {
      action: {
        kind: 'menu',
        menu: {
          items: [
            { id: '1', text: 'a' },
            { id: '1', text: 'b' },
          ],
        },
      },
    },
    'action.menu.items',
    /same id/,
  ],
  [
    'seven messages',
    { action: { ...text('1'), then: Array.from({ length: 6 }, () => text('x')) } },
    'action.then',
    /five replies/,
  ],
  [
    'two receivers',
    { action: { kind: 'queue', then: [{ kind: 'agent', uid: 1 }] } },
    'action.then',
    /once/,
  ],
  [
    'nothing and something',
    { action: { kind: 'none', then: [text('x')] } },
    'action.kind',
    /alone/,
  ],
  ['a day that is none', { schedule: { days: [0] } }, 'schedule.days.0', /./],
  ['a time that is none', { schedule: { from: '25:00' } }, 'schedule.from', /09:00/],
  [
    'a zone that is none',
    { schedule: { zone: 'Mars/Olympus' } },
    'schedule.zone',
    /Asia\/Shanghai/,
  ],
  [
    'a time that ends before it begins',
    { schedule: { validFrom: '2026-02-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' } },
    'schedule.validUntil',
    /before it begins/,
  ],
  ['a field nobody knows', { weight: 3 }, 'weight', /./],
]

void test('a rule that is refused names the wrong field and says what to do', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  // the refused rule is accepted once its wrong part is replaced, so that part was the reason
  await post(admin, 'good').expect(201)
  for (const [what, more, field, says] of refused) {
    const answer = await post(admin, what, more).expect(400).expect(refusal('invalid_input', field))
    assert.match(answer.body.error.message, says, what)
  }
  for (const action of [
    { kind: 'agent', uid: 999_999 },
    { kind: 'group', groupId: 999_999 },
  ]) {
    const answer = await post(admin, 'x', { action }).expect(400)
    assert.match(answer.body.error.details.field, /action/)
  }
  assert.equal((await list(admin)).length, 1, 'nothing of it was kept')
})

void test('rules can be created, read, replaced and deleted, and are listed page by page in the order of their priority', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  const schedule = {
    days: [1, 5],
    from: '09:00',
    to: '18:00',
    zone: 'Asia/Shanghai',
    validUntil: '2027-01-01T00:00:00.000Z',
  }
  const whole = {
    name: '全',
    enabled: false,
    priority: 7,
    match: { kind: 'regex', keywords: [], pattern: '订单\\d+' },
    action: { ...text('a'), then: [{ kind: 'queue' }] },
    schedule,
  }
  const rule = await make(admin, '全', whole)
  const at = `/api/rules/${rule.id}`
  const { body: read } = await admin.get(at).expect(200)
  const { id, createdAt, updatedAt, hits, accountId, ...said } = read
  assert.deepEqual(said, whole)
  assert.deepEqual(
    [id, typeof createdAt, typeof updatedAt, hits.total, accountId],
    [rule.id, 'string', 'string', 0, null],
  )
  const { body: put } = await admin
    .put(at)
    .send({ name: '新', match: contains('新'), action: text('新') })
    .expect(200)
  assert.deepEqual([put.schedule, put.match.pattern, put.enabled], [null, undefined, true])

  for (let n = 0; n < 7; n += 1) await make(admin, `r${n}`, { priority: n % 3 })
  const names: string[] = []
  let cursor: string | undefined
  do {
    const query = { limit: 3, ...(cursor && { cursor }) }
    const { body: page } = await admin.get('/api/rules').query(query).expect(200)
    names.push(...page.items.map((one: { name: string }) => one.name))
    cursor = page.next
  } while (cursor)
  assert.deepEqual(
    names,
    ['r2', 'r5', 'r1', 'r4', '新', 'r0', 'r3', 'r6'],
    'by priority, then age; each once',
  )
  assert.deepEqual(
    (await list(admin, { search: '新' })).map((one) => one.name),
    ['新'],
  )
  await admin.delete(at).expect(200)
  await admin.get(at).expect(404)
})

void test('trying a text explains which rule answers, which ones lost and why, and which did not match', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  const account = (await admin.get('/api/accounts').expect(200)).body.items[0].id
  const given: [name: string, more: object, why: string][] = [
    ['exact', { match: { kind: 'exact', keywords: ['我要退款'] } }, 'won'],
    ['long', { match: contains('要退款'), priority: 1 }, 'weaker_kind'],
    ['pattern', { match: { kind: 'regex', pattern: '退.' } }, 'weaker_kind'],
    ['default', { match: { kind: 'default' } }, 'weaker_kind'],
    ['off', { enabled: false }, 'disabled'],
    ['over', { schedule: { validUntil: '2020-01-01T00:00:00Z' } }, 'not_now'],
    ['other words', { match: contains('发票') }, 'no_match'],
    ['follow', { match: { kind: 'subscribe' } }, 'not_for_texts'],
    ['of one account', { accountId: account }, 'other_account'],
  ]
  for (const [name, more] of given) await make(admin, name, more)
  const asked = await tryOut(admin, { text: ' 我要 退款！'.replace('！', '') })
  assert.equal(asked.matched.name, 'exact')
  assert.deepEqual([asked.reply, asked.normalised], [{ type: 'text', text: 'exact' }, '我要退款'])
  const why = Object.fromEntries(asked.considered.map((one: any) => [one.name, one.why]))
  for (const [name, , wanted] of given) assert.equal(why[name], wanted, name)
  assert.ok(
    asked.considered.every((one: any) => / \/ /.test(one.explanation)),
    'in both languages',
  )
  assert.deepEqual([asked.considered[0].name, asked.considered[0].keyword], ['exact', '我要退款'])

  await admin.delete(`/api/rules/${asked.matched.id}`).expect(200)
  const lost = await tryOut(admin, { text: '我要退款', accountId: account })
  const then = Object.fromEntries(lost.considered.map((one: any) => [one.name, one.why]))
  assert.deepEqual([lost.matched.name, then['of one account']], ['long', 'lower_priority'])
  const earlier = await tryOut(admin, { text: '退', at: '2019-06-01T00:00:00Z' })
  assert.equal(earlier.matched.name, 'over', 'at another time')
  const began = performance.now()
  await make(admin, 'evil', { match: { kind: 'regex', pattern: '(a+)+$' } })
  await tryOut(admin, { text: `${'a'.repeat(50_000)}!` })
  assert.ok(performance.now() - began < 5000, 'it is not V8 that reads the pattern')
})

void test('the list of conflicts shows keywords that can never decide and rules that can never answer', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  const agent = await house.agent('agent1')
  await make(admin, 'strong', { priority: 5, match: contains('退') })
  await make(admin, 'hidden', { match: contains('退款', '发票') })
  await make(admin, 'dead', { match: contains('退货') })
  await make(admin, 'first', { match: { kind: 'exact', keywords: ['ＡＢＣ'] } })
  await make(admin, 'twin', { match: { kind: 'exact', keywords: ['abc'] } })
  await make(admin, 'night', {
    priority: 9,
    match: contains('票'),
    schedule: { from: '22:00', to: '06:00' },
  })
  await make(admin, 'over', {
    match: contains('旧'),
    schedule: { validUntil: '2020-01-01T00:00:00Z' },
  })
  await make(admin, 'default', { match: { kind: 'default' } })
  await make(admin, 'second default', { match: { kind: 'default' } })
  await make(admin, 'gone', { match: contains('找人'), action: { kind: 'agent', uid: agent.uid } })
  await admin.patch(`/api/users/${agent.uid}`).send({ enabled: false }).expect(200)
  const { body: found } = await admin.get('/api/rules/conflicts').expect(200)
  const { conflicts, dead, silent } = found
  assert.deepEqual(
    conflicts.map((one: any) => [one.rule.name, one.kind, one.keyword, one.by.name]),
    [
      ['hidden', 'hidden', '退款', 'strong'],
      ['dead', 'hidden', '退货', 'strong'],
      ['twin', 'same', 'abc', 'first'],
    ],
    'a rule for the night hides nothing',
  )
  assert.deepEqual(dead.map((one: any) => [one.rule.name, one.why]).sort(), [
    ['dead', 'all_hidden'],
    ['gone', 'nobody_there'],
    ['over', 'over'],
    ['second default', 'behind_another'],
    ['twin', 'all_hidden'],
  ])
  assert.equal(silent.length, 10, 'none has spoken yet')
  for (const { rule, keyword } of conflicts) {
    const answer = await tryOut(admin, { text: keyword })
    assert.notEqual(answer.matched.name, rule.name, 'what is said to be hidden is')
  }
})

void test('a rule for a menu key or a QR code that never answers is listed with a rule that takes one of its keys, not with one for other keys', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  for (const kind of ['menu', 'scan']) {
    const keyed = (...keywords: string[]) => ({ match: { kind, keywords } })
    await make(admin, `${kind} x`, keyed('x'))
    await make(admin, `${kind} y`, keyed('y'))
    await make(admin, `${kind} z`, keyed('z'))
    await make(admin, `${kind} y again`, keyed('y'))
    await make(admin, `${kind} z and y`, keyed('z', 'y'))
    await make(admin, `${kind} y and w`, keyed('y', 'w'))
  }
  const { dead } = (await admin.get('/api/rules/conflicts').expect(200)).body
  assert.deepEqual(
    dead.map((one: any) => [one.rule.name, one.why, one.by.name]),
    ['menu', 'scan'].flatMap((kind) => [
      [`${kind} y again`, 'behind_another', `${kind} y`],
      [`${kind} z and y`, 'behind_another', `${kind} y`],
    ]),
  )
})

void test('exported rules can be imported unchanged, as JSON and as a table, and no cell of the table runs as a formula in a spreadsheet', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const admin = as(house.admin)
  const account = (await admin.get('/api/accounts').expect(200)).body.items[0].id
  await make(admin, '=HYPERLINK("http://x","y")', {
    match: contains('+1', '-2', '@x', '=cmd|calc'),
    action: text('=1+1\n"quoted", and\tmore'),
    accountId: account,
  })
  await make(admin, "'=already", {
    match: { kind: 'regex', pattern: '=.*' },
    action: { ...text('a'), then: [{ kind: 'queue' }] },
    schedule: { days: [1] },
  })
  const replace = (type: string, body: string) =>
    importRules(admin, type, body).query({ mode: 'replace' })
  const get = async (format: string) =>
    (await admin.get('/api/rules/export').query({ format }).expect(200)).text
  const rules = async () =>
    (await list(admin, { limit: 200 })).map((one: object) => ({ ...one, updatedAt: null }))
  const before = await rules()
  const [json, csv] = [await get('json'), await get('csv')]
  for (const line of await rowsOf(csv)) assert.ok(line.length > 5)
  const cells = [...csv.slice(1).matchAll(/(?:^|[,\n])(?:"((?:[^"]|"")*)"|([^,\r\n"]*))/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
  assert.ok(
    cells.some((one) => one.startsWith("'=HYPERLINK")),
    'such cells are there',
  )
  for (const one of cells) assert.doesNotMatch(one, /^[=+\-@\t]/, 'no cell begins a formula')
  for (const [type, body] of [
    ['application/json', json],
    ['text/csv', csv],
  ] as const) {
    await replace(type, body).expect(200, {
      created: 0,
      changed: before.length,
      removed: 0,
    })
    assert.deepEqual(await rules(), before, type)
  }
  const head = 'name,kind,keywords,reply\r\n'
  const add = importRules(admin, 'text/csv', `${head}新,contains,"甲\n乙",好的\r\n`)
  await add.query({ mode: 'add' }).expect(200, {
    created: 1,
    changed: 0,
    removed: 0,
  })
  await replace('text/csv', `${head}好,contains,甲,好的\r\n坏,regex,,x\r\n`)
    .expect(400)
    .expect(refusal('invalid_input', 'rules.1.match.pattern'))
  assert.equal((await rules()).length, before.length + 1, 'all of it or nothing')
  const one = [{ name: '一', match: contains('一'), action: text('一') }]
  await replace('application/json', JSON.stringify(one)).expect(200, {
    created: 1,
    changed: 0,
    removed: before.length + 1,
  })
})

void test('any table is the same after being written as CSV and read again', async () => {
  const cell = fc.oneof(
    fc.string(),
    fc.constantFrom('=1', "'=1", "''+x", '-', '"', ',', '\r\n', 'a\nb', '\t', '＝x', ''),
  )
  const table = fc.integer({ min: 2, max: 5 }).chain((wide) =>
    fc.array(fc.array(cell, { minLength: wide, maxLength: wide }), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      assert.deepEqual(await rowsOf(await writeCsv(rows), 7), rows)
    }),
    { numRuns: times(2000, 100_000) },
  )
})

void test('a CSV table that no spreadsheet would write is refused, and cells that consist only of quotes are read correctly', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const send = (type: string, body: string) => importRules(as(house.admin), type, body)
  const head = 'name,kind,keywords,reply\n'
  // a table that can be read, but has a text too long for WeChat, is refused with the name of the
  // field
  await send('text/csv', `${head}a,contains,k,"${'""'.repeat(20_000)}"\n`)
    .expect(400)
    .expect(refusal('invalid_input', 'rules.0.action.text'))
  for (const table of [
    `${head}"a"b,contains,k,r\n`,
    `${head}a,contains,k,"r`,
    `${head}a,contains\n`,
  ]) {
    await send('text/csv', table).expect(400).expect(refusal('invalid_input', 'body'))
  }
  await send('application/json', `{"rules":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    .expect(400)
    .expect(({ body }) => {
      assert.match(body.error.message, /brackets deep/)
    })
})

void test('JSON with too many different names or lists, and a table with too many columns, are refused with the reason', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const send = (type: string, body: string) => importRules(as(house.admin), type, body).expect(400)
  const says = (words: RegExp) => (answer: { body: any }) => {
    assert.match(answer.body.error.message, words)
  }
  const good = { name: 'a', match: contains('k'), action: text('r') }
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`"${n}`, 0]))
  await send('application/json', JSON.stringify({ rules: [good], ...many }))
    .expect(refusal('invalid_input', 'body'))
    .expect(says(/500 different names/))
  await send('application/json', `[${'{},'.repeat(1_000_000)}{}]`)
    .expect(refusal('invalid_input', 'body'))
    .expect(says(/1000000 lists and objects/))
  const cell = (action: string) =>
    `name,kind,keywords,action\na,contains,k,"${action.replaceAll('"', '""')}"\n`
  for (const action of [
    JSON.stringify({ kind: 'text', text: 'r', ...many }),
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  ]) {
    await send('text/csv', cell(action))
      .expect(refusal('invalid_input', 'rules.0.action'))
      .expect(says(/different names|brackets deep/))
  }
  const wide = ','.repeat(200)
  await send('text/csv', `name,kind,keywords,reply${wide}\na,contains,k,r${wide}\n`)
    .expect(refusal('invalid_input', 'body'))
    .expect(says(/200 columns/))

  assert.deepEqual(await list(as(house.admin)), [])
  const few = Object.fromEntries(Object.entries(many).slice(0, 400))
  await importRules(
    as(house.admin),
    'application/json',
    JSON.stringify({ rules: [good, good], ...few }),
  ).expect(200)
})

/** Sends the beginning of a table and never the end; returns the answer that comes nevertheless. */
function answerBeforeTheEnd(house: House, table: string): Promise<{ status: number; body: any }> {
  return new Promise((resolve, reject) => {
    const call = request(`${house.urls[0]}/api/rules/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${house.admin.token}`, 'Content-Type': 'text/csv' },
    })
    call.on('error', reject)
    call.on('response', (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => {
        text += piece.toString()
      })
      response.on('end', () => {
        call.destroy()
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      })
    })
    call.write(table)
  })
}

void test('a table is checked while it arrives: an error in it is answered before its end, and the rest is not waited for', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const head = 'name,kind,keywords,enabled,reply\n'
  const row = 'a,contains,k,yes,r\n'
  const cases: [table: string, field: string, says: RegExp][] = [
    ['name,reply\na,b\n', 'body', /kind cannot be left out/],
    [`${head}${row}a,contains,k,perhaps,r\n${row}`, 'rules.1.enabled', /yes or no/],
    [`${head}${row}"a"b,contains,k,yes,r\n${row}`, 'body', /cannot be read/],
    [`${head}${row.repeat(20_002)}`, 'rules', /20000/],
  ]
  for (const [table, field, says] of cases) {
    const { status, body } = await answerBeforeTheEnd(house, table)
    assert.deepEqual([status, body.error.details.field], [400, field], says.source)
    assert.match(body.error.message, says)
  }
  const endless = await answerBeforeTheEnd(house, `${head}a,contains,"${'k'.repeat(17 * 2 ** 20)}`)
  assert.deepEqual([endless.status, endless.body.error.code], [413, 'too_large'])
  assert.deepEqual(await list(as(house.admin)), [])
})

void test('a table of 15 MB is imported completely, including characters of several bytes', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const words = '长'.repeat(600)
  const rows = Array.from({ length: 8000 }, (_, n) => `"规则${n}",exact,"问${n}","${words}"\r\n`)
  const table = `\ufeffname,kind,keywords,reply\r\n${rows.join('')}`
  await importRules(as(house.admin), 'text/csv', table).expect(200, {
    created: 8000,
    changed: 0,
    removed: 0,
  })
  const kept = await house.rows<{ n: number }>(
    'select count(*) as n from message_rule where action like ?',
    [`%"${words}"%`],
  )
  assert.equal(Number(kept[0]?.n), 8000)
})
