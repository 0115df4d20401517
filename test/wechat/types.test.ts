// Uses of the SDK that TypeScript must accept or refuse. This file compiles only if each of the
// refused ones is an error.
/* eslint complexity: off, @typescript-eslint/no-meaningless-void-operator: off, @typescript-eslint/no-unnecessary-type-parameters: off,
  @typescript-eslint/switch-exhaustiveness-check: off -- nothing here runs: it is for the compiler to read */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import test from 'node:test'
import express from 'express'
import {
  openPush,
  renderReply,
  webhook,
  type Inbound,
  type InboundEvent,
  type MaybeReply,
  type Once,
  type PassiveReply,
  type PlatformNotice,
  type XmlValue,
} from 'wechat-api-ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(verdict: Same<A, B>): void => {
  assert.ok(verdict)
}

/**
 * A switch over all kinds of messages: when a new kind is added, this fails to compile until the
 * kind is named here.
 */
function kinds(inbound: Inbound): string {
  switch (inbound.kind) {
    case 'text':
      same<typeof inbound.content, string>(true)
      same<typeof inbound.bizmsgmenuid, string | undefined>(true)
      return inbound.content
    case 'image':
      return inbound.picUrl + inbound.mediaId
    case 'voice':
      return inbound.mediaId16K + inbound.format
    case 'video':
    case 'shortvideo':
      return inbound.thumbMediaId
    case 'location':
      same<typeof inbound.latitude, number | null>(true)
      return inbound.label
    case 'link':
      return inbound.url
    case 'file':
      return inbound.fileKey
    case 'unknown':
      return inbound.msgType
    case 'event':
      return events(inbound)
    default: {
      const none: never = inbound
      return none
    }
  }
}

function events(event: InboundEvent): string {
  switch (event.event) {
    case 'subscribe':
      same<typeof event.scene, string | null>(true)
      return event.ticket
    case 'scan':
      same<typeof event.scene, string>(true)
      return event.scene
    case 'location':
      same<typeof event.precision, number | null>(true)
      return event.name
    case 'masssendjobfinish':
      return event.articles.map(({ url }) => url).join(' ')
    case 'subscribe_msg_sent_event':
      return event.results.map(({ msgId }) => msgId).join(' ')
    case 'user_get_card':
      return event.cardId
    case 'unknown':
      return event.name
    default:
      return event.eventKey
  }
}

function refusals(inbound: Inbound, event: InboundEvent, notice: PlatformNotice): void {
  // @ts-expect-error an event has no content
  void event.content
  // @ts-expect-error the kind of a message must be tested before its content is read
  void inbound.content
  // @ts-expect-error a text message has no media id
  if (inbound.kind === 'text') void inbound.mediaId
  // @ts-expect-error a file message has no media id, because it cannot be downloaded
  if (inbound.kind === 'file') void inbound.mediaId
  // @ts-expect-error no kind of message is called hologram
  if (inbound.kind === 'hologram') void inbound
  // @ts-expect-error the names of events are in lower case
  if (event.event === 'SCAN') void event
  // @ts-expect-error only an event has an event name, a text message has none
  if (inbound.kind === 'text') void inbound.event
  // @ts-expect-error a withdrawn authorisation comes without an authorisation code
  if (notice.kind === 'unauthorized') void notice.authorizationCode
  // @ts-expect-error a value read from XML is a text, a node or a list, never a number
  const value: XmlValue = 5
  void value
}

const bad = () => {
  // @ts-expect-error a reply of type text needs its text
  const empty: PassiveReply = { type: 'text' }
  // @ts-expect-error a reply of type music needs its picture
  const silent: PassiveReply = { type: 'music', title: 'x' }
  // @ts-expect-error a passive reply cannot be a file
  const file: PassiveReply = { type: 'file', mediaId: 'm' }
  // @ts-expect-error the articles of a news reply are a list
  const news: PassiveReply = { type: 'news', articles: { title: 'x' } }
  openPush(
    // @ts-expect-error no mode of encryption is called secret
    { appid: 'a', token: 't', encodingAesKey: null, mode: 'secret' },
    new URLSearchParams(),
    '',
  )
  // @ts-expect-error a passive reply needs the account's id too, not only the follower's openid
  renderReply({ openid: 'o' }, { type: 'text', text: 'x' }, 1)
  return [empty, silent, file, news]
}

const keys = { appid: 'a', token: 't', encodingAesKey: null, mode: 'plain' as const }
const doors = () => {
  const app = express()
  app.use(
    '/a',
    webhook(keys, () => 'hello'),
  )
  app.post(
    '/b',
    webhook(keys, async (inbound) =>
      inbound.kind === 'text' ? { type: 'text', text: inbound.content } : null,
    ),
  )
  app.all(
    '/c/:appid',
    webhook(keys, (_inbound, request: express.Request) => String(request.params['appid'])),
  )
  app.use(
    '/d',
    webhook(keys, () => undefined),
  )
  const serve = webhook(keys, (inbound) => {
    if (inbound.kind === 'event') return 'event'
  })
  createServer((request, response) => {
    void serve(request, response)
  })
  // @ts-expect-error a handler cannot answer with a number
  webhook(keys, () => 5)
  // @ts-expect-error a handler cannot answer with articles that have no type
  webhook(keys, () => ({ articles: [] }))
  // @ts-expect-error a webhook needs all keys of an account, not only its token
  webhook({ token: 't' }, () => null)
  return app
}

test('the types of the SDK accept correct programs and refuse wrong ones', () => {
  const once: Once = async (_key, run): Promise<MaybeReply> => run()
  assert.equal(typeof once, 'function')
  // the functions of this file are compiled and never called; that they are functions is all that
  // is checked
  assert.deepEqual(
    [kinds, refusals, bad, doors].map((one) => typeof one),
    ['function', 'function', 'function', 'function'],
  )
})
