// npm run bench -- xml: compares what reading the XML of one push costs with the SDK, with xml2js
// and with the package wechat. Each lap measures all of them in turn, and ratios are taken within a
// lap, so that disturbances of the machine affect all alike.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type * as Xml2js from 'xml2js'
import { readXml, readXmlFully } from 'wechat-api-ts'
import type { KeyFigure } from './key-figures.ts'
import { machine, median, root } from './place.ts'
import { wholeNumber } from './plan.ts'
import { benchAccount, benchPushes, sign } from './pushes.ts'
import { wechat } from './wechat.ts'

type XmlFields = Record<string, unknown>
type XmlReader = { name: string; read: (xml: string) => XmlFields }

const calls = 1000
const warming = 5

// xml2js in the version that the SDK uses in its full reader, so that the comparison is fair.
const xml2js = createRequire(join(root, 'packages/wechat-api-ts/package.json'))(
  'xml2js',
) as typeof Xml2js

function bare(xml: string): XmlFields {
  let fields: XmlFields = {}
  xml2js.parseString(
    xml,
    { explicitArray: false, explicitRoot: false },
    (error: Error | null, value: XmlFields) => {
      if (error) throw error
      fields = value
    },
  )
  return fields
}

/**
 * Reads XML with the npm package wechat. Its parser is inside its middleware, which does little
 * else if it gets the body and need not check a signature.
 */
function theirs(): XmlReader['read'] {
  let fields: XmlFields = {}
  const serve = wechat({ token: benchAccount.token, checkSignature: false }, (request) => {
    fields = request.weixin
  })
  return (xml) => {
    const request = { method: 'POST', query: {}, rawBody: Buffer.from(xml) }
    void serve(request as never, {} as never, (error: unknown) => {
      throw error instanceof Error ? error : new Error(String(error))
    })
    return fields
  }
}

const readers: XmlReader[] = [
  { name: 'wechat-api-ts', read: readXml },
  { name: 'wechat-api-ts, its full reader alone', read: readXmlFully },
  { name: 'xml2js 0.6.2, not configured strictly', read: bare },
  { name: 'wechat 2.1.0 (xml2js 0.4.17)', read: theirs() },
]

const some = [...benchPushes(200, 0)]
const menuEvent = (openid: string, n: number) =>
  `<xml><ToUserName><![CDATA[${benchAccount.originalId}]]></ToUserName>\n<FromUserName><![CDATA[${openid}]]></FromUserName>\n` +
  '<CreateTime>1700000000</CreateTime>\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[pic_photo_or_album]]></Event>\n' +
  `<EventKey><![CDATA[rselfmenu_1_${n}]]></EventKey>\n<SendPicsInfo><Count>2</Count>\n<PicList>` +
  '<item><PicMd5Sum><![CDATA[1b5f7c23b5bf75682a53e7b6d163e185]]></PicMd5Sum>\n</item>\n<item><PicMd5Sum><![CDATA[5a75aaca956d97be686719218f275c6b]]></PicMd5Sum>\n</item>\n' +
  '</PicList>\n</SendPicsInfo>\n</xml>'
const kinds: { name: string; says: string; bodies: string[] }[] = [
  { name: 'a text', says: 'Content', bodies: some.map(({ xml }) => xml) },
  {
    name: 'an envelope',
    says: 'Encrypt',
    bodies: some.map((push, n) => sign(push, 'safe', n).body),
  },
  {
    name: 'a menu event with pictures',
    says: 'EventKey',
    bodies: some.map(({ openid }, n) => menuEvent(openid, n)),
  },
]

/**
 * Checks that all readers read the same text in one field of each push. If they do not, their times
 * mean nothing and the benchmark ends with an error.
 */
function prove(): void {
  for (const { name, says, bodies } of kinds) {
    for (const body of bodies) {
      const [ours, ...others] = readers.map(({ read }) => read(body)[says])
      if (typeof ours !== 'string' || ours === '' || others.some((other) => other !== ours)) {
        throw new Error(`${name}: the readers differ; no figures`)
      }
    }
  }
}

let kept = 0
/** Measures processor time, so that other programs on the machine do not count. */
function micros(read: XmlReader['read'], bodies: string[]): number {
  const before = process.cpuUsage()
  for (let n = 0; n < calls; n++) if (read(bodies[n % bodies.length] ?? '')['ToUserName']) kept += 1
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

export async function xmlBench(args: string[]): Promise<KeyFigure[]> {
  const { values } = parseArgs({ args, options: { laps: { type: 'string', default: '30' } } })
  const laps = wholeNumber('laps', values.laps, 10_000)
  prove()
  console.log(
    `${machine()}\n${laps} laps of ${calls} pushes of each kind for each reader, after ${warming} to warm`,
  )
  const figures: KeyFigure[] = []
  for (const { name, bodies } of kinds) {
    const done = Array.from({ length: laps + warming }, () =>
      readers.map(({ read }) => micros(read, bodies)),
    ).slice(warming)
    printKind(
      `${name}, ${Math.round(median(bodies.map((body) => Buffer.byteLength(body))))} bytes`,
      done,
    )
    figures.push(...figuresOfXml(name, done))
  }
  if (kept < laps) throw new Error('nothing was read')
  return figures
}

/** The SDK is the first of the readers, the package wechat the last. */
function figuresOfXml(kind: string, laps: number[][]): KeyFigure[] {
  const figure = (unit: string, of: (lap: number[]) => number) => ({
    name: `xml, ${kind}`,
    unit,
    digits: 2,
    values: laps.map(of),
  })
  return [
    figure('CPU µs', (lap) => lap[0] ?? NaN),
    figure('wechat takes so many times ours', (lap) => (lap.at(-1) ?? NaN) / (lap[0] ?? NaN)),
  ]
}

function printKind(name: string, laps: number[][]): void {
  const line = (first: string, cells: string[]) => {
    console.log(first.padEnd(40) + cells.map((one) => one.padStart(10)).join(''))
  }
  line(`\n${name}`, ['CPU µs', 'of ours', 'lowest', 'highest'])
  readers.forEach((reader, at) => {
    const ratios = laps.map((lap) => (lap[at] ?? NaN) / (lap[0] ?? NaN))
    const [each, ...of] = [
      median(laps.map((lap) => lap[at] ?? NaN)),
      median(ratios),
      Math.min(...ratios),
      Math.max(...ratios),
    ]
    line(reader.name, [each.toFixed(2), ...of.map((one) => one.toFixed(1))])
  })
}
