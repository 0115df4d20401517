import { sendEvent, sendMessage } from '../phone/act.ts'
import { addFollower, changeFollower, getAccount, getFollower } from '../phone/people.ts'
import { readFault } from '../state/faults.ts'
import { chatOf } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { ofAccount } from '../state/tables.ts'
import type { Line } from '../types.ts'
import { changeAccount, saveAccount, verifyAccount, visible } from './accounts.ts'
import { advance, getChanges, getClock, getLedger } from './journal.ts'
import { made, ok, route, wholeNumber } from './route.ts'
import type { Asked, Route } from './route.ts'

function linesOf(store: Store, { query, id }: Asked): Line[] {
  return chatOf(store, getFollower(store, query.get('appid') ?? '', id))
}

export const routes: Route[] = [
  route('GET', '/accounts', (store) => ok({ items: [...store.accounts.values()].map(visible) })),
  route('POST', '/accounts', (store, { body }) => {
    const { account, isNew } = saveAccount(store, body)
    return made(visible(account), isNew)
  }),
  route('PATCH', '/accounts/:appid', (store, { id, body }) => ok(visible(changeAccount(store, id, body)))),
  route('POST', '/accounts/:appid/verify', async (store, { id }) => ok(await verifyAccount(store, getAccount(store, id)))),
  route('GET', '/followers', (store, { query }) => {
    const appid = query.get('appid')
    return ok({ items: appid === null ? [...store.followers.values()] : ofAccount(store, 'followers', appid) })
  }),
  route('POST', '/followers', (store, { body }) => {
    const { follower, isNew } = addFollower(store, body)
    return made(follower, isNew)
  }),
  route('PATCH', '/followers/:openid', (store, { id, body }) => ok(changeFollower(store, id, body))),
  route('POST', '/followers/:openid/send', async (store, { id, body }) => ok(await sendMessage(store, id, body))),
  route('POST', '/followers/:openid/event', async (store, { id, body }) => ok(await sendEvent(store, id, body))),
  route('GET', '/followers/:openid/inbox', (store, asked) => ok({ items: linesOf(store, asked).filter((line) => line.n !== undefined) })),
  route('GET', '/followers/:openid/chat', (store, asked) => {
    const items = linesOf(store, asked)
    return ok({ items: asked.query.has('last') ? items.slice(-wholeNumber(asked.query, 'last', 300)) : items })
  }),
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
]
