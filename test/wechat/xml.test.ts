import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  dedupKey,
  openPush,
  readXml,
  readXmlFully,
  renderReply,
  signature,
  WechatInputError,
  type Inbound,
  type XmlNode,
} from 'wechat-api-ts'
import { cpuMs } from '../support/cpu.ts'
import { vectors, xmlOf } from './vectors.ts'

const token = 'local_sim_token_01'
const query = new URLSearchParams({
  timestamp: '1',
  nonce: '2',
  signature: signature([token, '1', '2']),
})

function read(xml: string): Inbound {
  return openPush({ appid: 'wx', token, encodingAesKey: null, mode: 'plain' }, query, xml).inbound
}

function typeOf(inbound: Inbound): string {
  if (inbound.kind === 'event') return inbound.name
  return inbound.kind === 'unknown' ? inbound.msgType : inbound.kind
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function outcome(readIt: (xml: string) => XmlNode, xml: string): unknown {
  try {
    return plain(readIt(xml))
  } catch (error) {
    assert.ok(error instanceof WechatInputError && error.code === 'bad_xml')
    return 'refused'
  }
}

const byOurs = new Map<string, string>()
for (const vector of vectors.inbound_xml) {
  const xml = xmlOf(vector)
  test(`the XML vector ${vector.name} is ${vector.expect.ok ? 'read' : 'refused'}`, () => {
    assert.deepEqual(outcome(readXml, xml), outcome(readXmlFully, xml))
    if (!vector.expect.ok) {
      assert.throws(
        () => read(xml),
        (error) => error instanceof WechatInputError && error.code === 'bad_xml',
      )
      return
    }
    const inbound = read(xml)
    assert.deepEqual(plain(inbound.fields), vector.expect.fields)
    assert.equal(typeOf(inbound), vector.expect.type)
    assert.equal(
      inbound.kind === 'event' || inbound.kind === 'unknown' ? inbound.kind : 'message',
      vector.expect.kind,
    )
    if (inbound.kind === 'event') assert.equal(inbound.event, inbound.name)
    const key = dedupKey(inbound)
    assert.match(key, /^(m:[\x21-\x7e]{1,66}|e:[0-9a-f]{64})$/)
    assert.equal(byOurs.get(key) ?? vector.expect.dedupKey, vector.expect.dedupKey)
    byOurs.set(key, vector.expect.dedupKey ?? '')
  })
}

test('values read from XML have no prototype and cannot change that of others', () => {
  const fields = readXml(
    '<xml><__proto__><a>1</a></__proto__><toString>x</toString><P><item><_>y</_></item></P></xml>',
  )
  assert.equal(Object.getPrototypeOf(fields), null)
  assert.deepEqual(plain(fields), { toString: 'x', P: { item: [{ _: 'y' }] } })
  assert.equal(({} as Record<string, unknown>)['a'], undefined)
})

test('a text in which a follower writes <!DOCTYPE is read as text', () => {
  for (const readIt of [readXml, readXmlFully]) {
    assert.deepEqual(
      outcome(readIt, '<xml><Content><![CDATA[<!DOCTYPE html><?php]]></Content></xml>'),
      { Content: '<!DOCTYPE html><?php' },
    )
  }
})

test('an element that occurs several times at the top of a push is read as a list, as in events about parcels and appeals', () => {
  const parcel =
    '<xml><Count>2</Count><Actions><ActionTime>1</ActionTime></Actions><Actions><ActionTime>2</ActionTime></Actions></xml>'
  const appeal = '<xml><materials>a</materials><x/><materials>b</materials><materials/></xml>'
  for (const read of [readXml, readXmlFully]) {
    assert.deepEqual(outcome(read, parcel), {
      Count: '2',
      Actions: [{ ActionTime: '1' }, { ActionTime: '2' }],
    })
    assert.deepEqual(outcome(read, appeal), { materials: ['a', 'b', ''], x: '' })
    for (const name of ['FromUserName', 'Content', 'Encrypt', 'MsgId']) {
      const twice = `<${name}>1</${name}>`.repeat(2)
      assert.equal(outcome(read, `<xml>${twice}</xml>`), 'refused', name)
    }
  }
})

test('no text of a follower makes a push unreadable, whether the push is flat or nested', () => {
  for (const said of ['kefu_document', '</kefu_document>', 'a]]\u0001>b', 'a]\u0000]>', '\u0001']) {
    for (const beside of ['', '<Nested><a>1</a></Nested>']) {
      const xml = `<xml>${beside}<Content><![CDATA[${said}]]></Content></xml>`
      for (const read of [readXml, readXmlFully]) {
        const { Content } = read(xml)
        assert.equal(Content, said.replace(/[\u0000\u0001]/g, ''), JSON.stringify(said))
      }
    }
  }
  assert.deepEqual(outcome(readXml, '<xml><kefu_document><a>1</a></kefu_document></xml>'), {
    kefu_document: { a: '1' },
  })
})

test('pushes that play tricks with the end of the document are refused', () => {
  for (const tail of [
    '<xml/>',
    'x',
    '</xml>',
    '<!-- -->x',
    '</kefu_document><kefu_document>',
    '<?a?>',
    '<!ENTITY a "b">',
    '<a/>',
  ]) {
    assert.equal(outcome(readXml, `<xml><A>1</A></xml>${tail}`), 'refused', tail)
  }
  for (const xml of [
    '',
    ' ',
    '<xml',
    '<xml>',
    '<xml><A',
    '<xml><A>',
    '<xml><!-- ',
    '<?xml ',
    '<xml><A></A >x',
    '<xml><1>a</1></xml>',
  ]) {
    assert.equal(outcome(readXml, xml), 'refused', xml)
  }
  assert.equal(outcome(readXml, '<xml><A<!-- -->B>1</AB></xml>'), 'refused')
})

const bombs: Record<string, string> = {
  doctype: `<!DOCTYPE xml [${'<!ENTITY a "b">'.repeat(4300)}]><xml/>`,
  'open declarations': '<!DOCTYPE '.repeat(6500),
  'open brackets': '<'.repeat(65_000),
  'open elements': '<xml>'.repeat(13_000),
  'open CDATA': `<xml><A>${'<![CDATA['.repeat(7000)}`,
  'many CDATA': `<xml><A><B/>${'<![CDATA[]]>'.repeat(5400)}</A></xml>`,
  'open comments': `<xml>${'<!--'.repeat(16_000)}`,
  'many comments': `<xml><A><B/>${'<!---->'.repeat(9300)}</A></xml>`,
  ampersands: `<xml><A>${'&'.repeat(65_000)}</A></xml>`,
  references: `<xml><A>${'&#65;'.repeat(13_000)}</A></xml>`,
  'white space': `<xml><A><B/>${' '.repeat(64_000)}x<![CDATA[]]></A></xml>`,
  attributes: `<xml ${'a="b" '.repeat(10_000)}/>`,
  'long name': `<xml><${'a'.repeat(65_000)}`,
}
for (const [name, xml] of Object.entries(bombs)) {
  test(`64 KB of ${name} are read or refused within 50 ms`, () => {
    const times = [1, 2, 3].map(() => cpuMs(() => outcome(readXml, xml)))
    assert.ok(Math.min(...times) < 50, `${times.join(' ')} ms`)
  })
}

const piece = fc.constantFrom(
  'a',
  ' ',
  '\n',
  '\t',
  '你',
  '😀',
  '>',
  ']]>',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x1F600;',
  '&#1;',
  '&#0;',
  '&#32;',
  '&nbsp;',
  '&',
  '\u0001',
  '\u0000',
  '\ufffe',
  ']]\u0001>',
  '\ud83d',
  '\ude00',
  '\ud800',
  '<![CDATA[x]]>',
  '<![CDATA[]]\u0001>]]>',
  '<![CDATA[\ud83d]]>',
  'kefu_document',
  '<![CDATA[ ]]>',
  '<![CDATA[]]>',
  '<![CDATA[<b>&amp;]]>',
  '<![CDATA[]]]]>',
  '<!-- c -->',
  '<b>1</b>',
  '<b/>',
  '</A>',
  '<A>',
  '<!DOCTYPE x>',
  '<?p ?>',
  '&#xD83D;',
  '&#xDE00;',
  '&#xffffff;',
  '&#X41;',
  '&#00065;',
)
test('the quick XML reader never gives a different result than the full one', () => {
  const value = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''))
  const element = fc
    .tuple(
      fc.constantFrom('A', 'A', 'Content', 'Cc_1', 'item', '__proto__', 'toString', '1x', 'é'),
      value,
    )
    .map(([name, text]) => `<${name}>${text}</${name}>`)
  const layout = fc.constantFrom('', '\n', ' ', '<!-- x -->', 'y', '<C/>')
  const body = fc
    .array(
      fc.tuple(element, layout).map((parts) => parts.join('')),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      body,
      fc.constantFrom('', '\n', '<?xml version="1.0"?>\n', '\ufeff'),
      (inside, start) => {
        const xml = `${start}<xml>${inside}</xml>`
        assert.deepEqual(outcome(readXml, xml), outcome(readXmlFully, xml))
      },
    ),
    { numRuns: 5000 },
  )
})

for (const { text, element } of vectors.outbound_cdata) {
  test(`the outgoing text ${JSON.stringify(text)} is wrapped safely in XML`, () => {
    const xml = renderReply({ openid: 'o', originalId: 'g' }, { type: 'text', text }, 5)
    assert.equal(
      xml,
      '<xml><ToUserName><![CDATA[o]]></ToUserName><FromUserName><![CDATA[g]]></FromUserName>' +
        `<CreateTime>5</CreateTime><MsgType><![CDATA[text]]></MsgType>${element}</xml>`,
    )
  })
}

test('any text put into a passive reply is read back unchanged', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(']]>', '<', '&', ']'), fc.string({ unit: 'grapheme' }))),
      (parts) => {
        const text = parts.join('')
        const xml = renderReply({ openid: 'o', originalId: 'g' }, { type: 'text', text }, 5)
        assert.equal(readXml(xml)['Content'], readXmlFully(xml)['Content'])
        assert.equal(
          readXml(xml)['Content'],
          text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''),
        )
      },
    ),
  )
})

type Tree = { [name: string]: string | Tree | (string | Tree)[] }
const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const leaf = (text: string, inCdata: boolean) =>
  inCdata ? `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` : escape(text)

/**
 * Writes XML like WeChat: line breaks between elements, text as CDATA or escaped, and repeated
 * `item`, `List` and `fail_idx`.
 */
function write(tree: Tree, inCdata: boolean): string {
  const one = (name: string, value: string | Tree) =>
    `<${name}>${typeof value === 'string' ? leaf(value, inCdata) : `\n${write(value, inCdata)}`}</${name}>\n`
  return Object.entries(tree)
    .map(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((entry) => one(name, entry)).join(''),
    )
    .join('')
}

test('any tree of elements that is written as XML is read back equal, with lists as lists and values as texts', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(']]>', '&amp;', '<', '&', '007', 'true', ' ', 'null', '1e5'),
        fc.string({ unit: 'grapheme', maxLength: 5 }),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join('').replace(/[\u0000-\u001f\ufffe\uffff]/g, ''))
  const name = fc.constantFrom('A', 'Bc', 'D_1', 'toString', 'valueOf', 'fields', 'length')
  const { tree } = fc.letrec<{ tree: Tree; value: string | Tree; list: (string | Tree)[] }>(
    (tie) => ({
      value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, tie('tree')),
      list: fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
      tree: fc
        .tuple(
          fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 4 }),
          fc.dictionary(fc.constantFrom('item', 'List', 'fail_idx'), tie('list'), { maxKeys: 1 }),
        )
        .map(([values, lists]) => ({ ...values, ...lists })),
    }),
  )
  fc.assert(
    fc.property(
      tree.filter((one) => depthOf(one) < 14),
      fc.boolean(),
      (inner, inCdata) => {
        const xml = `<xml>\n${write({ Top: inner, Flat: 'x' }, inCdata)}</xml>`
        for (const read of [readXml, readXmlFully]) {
          assert.deepEqual(plain(read(xml)), plain({ Top: inner, Flat: 'x' }))
        }
      },
    ),
    { numRuns: 1000 },
  )
})

function depthOf(tree: string | Tree): number {
  return typeof tree === 'string' ? 0 : 1 + Math.max(0, ...Object.values(tree).flat().map(depthOf))
}

test('XML with sixteen levels, two thousand elements or a megabyte is read; anything beyond is refused', () => {
  const deep = (levels: number) =>
    `<xml>${'<a>'.repeat(levels - 1)}x${'</a>'.repeat(levels - 1)}</xml>`
  const wide = (elements: number) => `<xml><L>${'<item/>'.repeat(elements - 2)}</L></xml>`
  const flat = (elements: number) => `<xml>${'<L>1</L>'.repeat(elements - 1)}</xml>`
  const large = (bytes: number) =>
    `<xml><A>${'好'.repeat((bytes - 18) / 3)}${'x'.repeat((bytes - 18) % 3)}</A></xml>`
  for (const [most, make] of [
    [16, deep],
    [2000, wide],
    [2000, flat],
    [1_048_576, large],
  ] as const) {
    assert.notEqual(outcome(readXml, make(most)), 'refused', String(most))
    assert.equal(outcome(readXml, make(most + 1)), 'refused', String(most))
  }
})
