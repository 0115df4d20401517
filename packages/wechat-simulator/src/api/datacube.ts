import { isText } from '../http.ts'
import { ofAccount } from '../state/tables.ts'
import type { Json, LedgerItem } from '../types.ts'
import { post, refuse } from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'

const day = 24 * 3600_000
const beijing = 8 * 3600_000

function dateIn(call: Call, name: string): number {
  const text = call.body[name]
  const time =
    isText(text) && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  return Number.isNaN(time) ? refuse(61500) : time
}

const dateOf = (ms: number): string => new Date(ms + beijing).toISOString().slice(0, 10)

/**
 * Lists the days for which statistics are requested. WeChat has none for the present day, so later
 * days than yesterday are refused.
 */
function daysIn(call: Call, most: number): string[] {
  const [from, to] = [dateIn(call, 'begin_date'), dateIn(call, 'end_date')]
  const yesterday = Date.parse(`${dateOf(call.store.now() - day)}T00:00:00Z`)
  if (from > to || to - from >= most * day || to > yesterday) refuse(61501)
  return Array.from({ length: (to - from) / day + 1 }, (_, n) =>
    new Date(from + n * day).toISOString().slice(0, 10),
  )
}

type PushedItem = LedgerItem & { request: Json }

function pushesOn(call: Call, date: string): PushedItem[] {
  return call.store.ledger.filter(
    (one): one is PushedItem =>
      one.kind === 'push' &&
      one.appid === call.account.appid &&
      dateOf(Date.parse(one.at)) === date,
  )
}

const isEvent =
  (event: string) =>
  (one: PushedItem): boolean =>
    one.attempt === 1 && String(one.request['Event']).toLowerCase() === event

function userSummary(call: Call): Answer {
  const list = daysIn(call, 7).map((ref_date) => {
    const pushes = pushesOn(call, ref_date)
    return {
      ref_date,
      user_source: 0,
      new_user: pushes.filter(isEvent('subscribe')).length,
      cancel_user: pushes.filter(isEvent('unsubscribe')).length,
    }
  })
  return { list: list.filter((one) => one.new_user + one.cancel_user > 0) }
}

function userCumulate(call: Call): Answer {
  const followers = ofAccount(call.store, 'followers', call.account.appid).filter(
    (one) => one.subscribed,
  )
  return {
    list: daysIn(call, 7).map((ref_date) => ({
      ref_date,
      user_source: 0,
      cumulate_user: followers.filter((one) => dateOf(one.subscribedAt * 1000) <= ref_date).length,
    })),
  }
}

const kinds: Record<string, number> = { text: 1, image: 2, voice: 3, video: 4, shortvideo: 4 }
const kindOf = (one: PushedItem): number => kinds[String(one.request['MsgType'])] ?? 6

/**
 * Answers the call for statistics of messages: how many followers sent how many, by message type.
 */
function upstream(call: Call): Answer {
  const list = daysIn(call, 7).flatMap((ref_date) => {
    const messages = pushesOn(call, ref_date).filter(
      (one) => one.attempt === 1 && one.msgId !== undefined,
    )
    return [1, 2, 3, 4, 6].map((msg_type) => {
      const some = messages.filter((one) => kindOf(one) === msg_type)
      return {
        ref_date,
        user_source: 0,
        msg_type,
        msg_user: new Set(some.map((one) => one.openid)).size,
        msg_count: some.length,
      }
    })
  })
  return { list: list.filter((one) => one.msg_count > 0) }
}

function callbacks(call: Call): Answer {
  const list = daysIn(call, 30).map((ref_date) => {
    const pushes = pushesOn(call, ref_date)
    const times = pushes.map((one) => one.ms ?? 0)
    return {
      ref_date,
      callback_count: pushes.length,
      fail_count: pushes.filter((one) => one.outcome !== 'ok').length,
      total_time_cost: times.reduce((sum, ms) => sum + ms, 0),
      max_time_cost: Math.max(0, ...times),
    }
  })
  return { list: list.filter((one) => one.callback_count > 0) }
}

export const datacubeEndpoints: Endpoints = {
  '/datacube/getusersummary': post(userSummary),
  '/datacube/getusercumulate': post(userCumulate),
  '/datacube/getupstreammsg': post(upstream),
  '/datacube/getinterfacesummary': post(callbacks),
}
