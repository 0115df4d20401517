import { addTemplate } from '../api/template.ts'
import { failWith, isKnown, optionalText, textOf } from '../http.ts'
import { sendEvent, sendMessage } from '../phone/act.ts'
import { eventNames } from '../phone/events.ts'
import { addFollower, changeFollower, getAccount, getFollower } from '../phone/people.ts'
import { scan } from '../phone/scan.ts'
import { tapMenu } from '../phone/tap.ts'
import {
  authorize,
  getComponent,
  saveComponent,
  unauthorize,
  visibleComponent as visibleComponent,
} from '../platform/authorize.ts'
import { pushTicket } from '../platform/notices.ts'
import { releaseTest } from '../platform/release-test.ts'
import { tampers } from '../push/write.ts'
import { readFault } from '../state/faults.ts'
import { grant } from '../state/grants.ts'
import { isAlive } from '../state/media.ts'
import { menuFor } from '../state/menus.ts'
import { chatOf } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { ofAccount } from '../state/tables.ts'
import { faultKinds } from '../types.ts'
import type { Line } from '../types.ts'
import { secondsOfVoice } from '../wire/sniff.ts'
import { changeAccount, saveAccount, verifyAccount, visibleAccount } from './accounts.ts'
import { changeKf, sayAsKf } from './desk.ts'
import { advance, getChanges, getClock, getLedger } from './journal.ts'
import { made, ok, route, wholeNumber } from './route.ts'
import type { Asked, Reply, Route } from './route.ts'

function linesOf(store: Store, { query, id }: Asked): Line[] {
  return chatOf(store, getFollower(store, query.get('appid') ?? '', id))
}

/**
 * Lists followers. With `last`, each has the last line of their conversation and how many lines
 * have reached them.
 */
function listFollowers(store: Store, { query }: Asked): Reply {
  const appid = query.get('appid')
  const all = appid === null ? [...store.followers.values()] : ofAccount(store, 'followers', appid)
  if (!query.has('last')) return ok({ items: all })
  return ok({
    items: all.map((one) => {
      const lines = chatOf(store, one)
      return {
        ...one,
        last: lines.at(-1) ?? null,
        reached: lines.findLast((line) => line.n !== undefined)?.n ?? 0,
      }
    }),
  })
}

/** Adds what the page needs to show a medium: its type, its length, and whether it still exists. */
function withMedia(store: Store, line: Line): Line & { media?: object } {
  const media = line.mediaId === undefined ? undefined : store.media.get(line.mediaId)
  if (media === undefined) return line
  const bytes = media.type === 'voice' ? store.blobs.get(media.mediaId) : null
  const { contentType, size } = media
  return {
    ...line,
    media: {
      contentType,
      size,
      alive: isAlive(store, media),
      ...(bytes === null ? {} : { seconds: secondsOfVoice(bytes) }),
    },
  }
}

function postTemplate(store: Store, { body, id }: Asked): Reply {
  const kind = body['kind'] ?? 'template'
  if (!isKnown(['template', 'notice'] as const, kind)) {
    throw failWith(400, 'invalid_input', 'kind must be template or notice')
  }
  const templateId = optionalText(body, 'templateId')
  const given = {
    title: textOf(body, 'title'),
    content: textOf(body, 'content'),
    kind,
    ...(templateId === null ? {} : { templateId }),
  }
  return made(addTemplate({ store, account: getAccount(store, id) }, given))
}

/**
 * Plays somebody who opens a web page that asks for their identity, and agrees. Returns the code
 * that the page gets.
 */
function postOauth(store: Store, { body, id }: Asked): Reply {
  const { appid, openid } = getFollower(store, textOf(body, 'appid'), id)
  const code = grant(
    store,
    { kind: 'oauth', appid, openid, scope: optionalText(body, 'scope') ?? 'snsapi_base' },
    300_000,
  )
  return made({ code: code.code })
}

// The names of all events that the simulator knows, in capital or small letters as WeChat writes
// them.
const platformNames = eventNames.map((name) =>
  /^(scan|location|click|view|\w+jobfinish)$/.test(name) ? name.toUpperCase() : name,
)

const accounts: Route[] = [
  route('GET', '/accounts', (store) =>
    ok({ items: [...store.accounts.values()].map(visibleAccount) }),
  ),
  route('POST', '/accounts', (store, { body }) => {
    const { account, isNew } = saveAccount(store, body)
    return made(visibleAccount(account), isNew)
  }),
  route('PATCH', '/accounts/:appid', (store, { id, body }) =>
    ok(visibleAccount(changeAccount(store, id, body))),
  ),
  route('POST', '/accounts/:appid/verify', async (store, { id }) =>
    ok(await verifyAccount(store, getAccount(store, id))),
  ),
  route('POST', '/accounts/:appid/templates', postTemplate),
  route('GET', '/accounts/:appid/codes', (store, { id }) =>
    ok({ items: ofAccount(store, 'codes', id) }),
  ),
  route('GET', '/accounts/:appid/kf', (store, { id }) =>
    ok({ items: ofAccount(store, 'kfAccounts', id) }),
  ),
  route('PATCH', '/accounts/:appid/kf/:account', (store, { id, second, body }) =>
    ok(changeKf(store, { appid: id, account: second }, body)),
  ),
  route('POST', '/accounts/:appid/kf/:account/say', (store, { id, second, body }) =>
    made(sayAsKf(store, { appid: id, account: second }, body)),
  ),
]

const followers: Route[] = [
  route('GET', '/followers', listFollowers),
  route('POST', '/followers', (store, { body }) => {
    const { follower, isNew } = addFollower(store, body)
    return made(follower, isNew)
  }),
  route('PATCH', '/followers/:openid', (store, { id, body }) =>
    ok(changeFollower(store, id, body)),
  ),
  route('POST', '/followers/:openid/send', async (store, { id, body }) =>
    ok(await sendMessage(store, id, body)),
  ),
  route('POST', '/followers/:openid/event', async (store, { id, body }) =>
    ok(await sendEvent(store, id, body)),
  ),
  route('POST', '/followers/:openid/scan', async (store, { id, body }) =>
    ok(await scan(store, id, body)),
  ),
  route('POST', '/followers/:openid/tap', async (store, { id, body }) =>
    ok(await tapMenu(store, id, body)),
  ),
  route('POST', '/followers/:openid/oauth', postOauth),
  route('GET', '/followers/:openid/menu', (store, { id, query }) => {
    const menu = menuFor(store, getFollower(store, query.get('appid') ?? '', id))
    return ok({ button: menu?.button ?? [], menuid: menu?.menuid ?? null })
  }),
  route('GET', '/followers/:openid/inbox', (store, asked) => {
    return ok({ items: linesOf(store, asked).filter((line) => line.n !== undefined) })
  }),
  route('GET', '/followers/:openid/chat', (store, asked) => {
    const items = linesOf(store, asked)
    const some = asked.query.has('last')
      ? items.slice(-wholeNumber(asked.query, 'last', 300))
      : items
    return ok({ items: some.map((line) => withMedia(store, line)) })
  }),
]

const components: Route[] = [
  route('GET', '/components', (store) => {
    return ok({ items: [...store.components.values()].map((one) => visibleComponent(store, one)) })
  }),
  route('POST', '/components', (store, { body }) => {
    const { component, isNew } = saveComponent(store, body)
    return made(visibleComponent(store, component), isNew)
  }),
  route('POST', '/components/:id/ticket', async (store, { id }) =>
    ok(await pushTicket(store, getComponent(store, id))),
  ),
  route('POST', '/components/:id/authorize', async (store, { id, body }) =>
    ok(await authorize(store, id, body)),
  ),
  route('POST', '/components/:id/unauthorize', async (store, { id, body }) =>
    ok(await unauthorize(store, id, body)),
  ),
  route('POST', '/components/:id/release-test', async (store, { id, body }) =>
    ok(await releaseTest(store, id, Number(body['account'] ?? 0))),
  ),
]

export const routes: Route[] = [
  ...accounts,
  ...followers,
  ...components,
  route('GET', '/ledger', getLedger),
  route('GET', '/faults', (store) => ok({ items: store.faults })),
  route('POST', '/faults', (store, { body }) => {
    const fault = readFault(body)
    store.faults.push(fault)
    return made(fault)
  }),
  route('DELETE', '/faults', (store) => ok({ deleted: store.faults.splice(0).length })),
  route('GET', '/clock', getClock),
  route('POST', '/clock', advance),
  route('GET', '/changes', getChanges),
  route('GET', '/kinds', () => ok({ events: platformNames, faults: faultKinds, tampers })),
]
