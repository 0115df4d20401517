import { caseOf, closeSession, openSession } from '../phone/desk.ts'
import { addMedia } from '../state/media.ts'
import { nextNumber, seconds } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { KfAccount } from '../types.ts'
import { sniff } from '../wire/sniff.ts'
import {
  followerOf,
  get,
  lettersOf,
  may,
  needNumber,
  needText,
  post,
  refuse,
  upload,
} from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'
import { mediaPart } from './media.ts'

const most = 100
const inviteLife = 7 * 24 * 3600_000

function find(call: Call, name: unknown): KfAccount {
  if (typeof name !== 'string' || name === '') refuse(65401)
  return call.store.kfAccounts.get(keyOf(call.account.appid, name)) ?? refuse(65401)
}

function checkName(call: Call, name: string): void {
  const [, prefix = '', suffix = ''] = /^([^@]+)@([^@]{1,30})$/.exec(name) ?? refuse(65404)
  if (prefix.length > 10) refuse(61454)
  if (!/^\w+$/.test(prefix)) refuse(61455)
  if (call.account.wechatId !== '' && call.account.wechatId !== suffix) refuse(65404)
}

function nicknameIn(call: Call): string {
  const nickname = needText(call.body, 'nickname', 65403)
  return lettersOf(nickname) > 16 ? refuse(65403) : nickname
}

function add(call: Call): undefined {
  const {
    store,
    account: { appid },
  } = call
  const account = needText(call.body, 'kf_account', 65404)
  checkName(call, account)
  if (store.kfAccounts.has(keyOf(appid, account))) refuse(65406)
  if (ofAccount(store, 'kfAccounts', appid).length >= most) refuse(65405)
  put(store, 'kfAccounts', {
    appid,
    account,
    nickname: nicknameIn(call),
    kfId: nextNumber(store, `kf ${appid}`, 1001),
    headimgurl: '',
    wx: '',
    inviteWx: '',
    inviteStatus: '',
    inviteExpiresAt: 0,
    online: 0,
  })
}

function update(call: Call): undefined {
  find(call, call.body['kf_account']).nickname = nicknameIn(call)
  call.store.saveSoon()
}

/**
 * Deletes a desk account. WeChat's documents disagree whether this call is a GET or a POST, so both
 * are accepted.
 */
function remove(call: Call): undefined {
  const one = find(call, call.body['kf_account'] ?? call.query.get('kf_account'))
  call.store.kfAccounts.delete(keyOf(one.appid, one.account))
  for (const open of ofAccount(call.store, 'desk', one.appid)) {
    if (open.kfAccount === one.account) closeSession(call.store, open)
  }
  call.store.saveSoon()
}

function invite(call: Call): undefined {
  const one = find(call, call.body['kf_account'])
  const wx = needText(call.body, 'invite_wx', 65409)
  const others = ofAccount(call.store, 'kfAccounts', one.appid)
  const waits = (other: KfAccount): boolean =>
    other.inviteStatus === 'waiting' && other.inviteExpiresAt > call.store.now()
  if (one.wx !== '') refuse(65412)
  if (waits(one)) refuse(65411)
  if (others.some((other) => other.wx === wx)) refuse(65407)
  if (others.some((other) => other.inviteWx === wx && waits(other))) refuse(65408)
  Object.assign(one, {
    inviteWx: wx,
    inviteStatus: 'waiting',
    inviteExpiresAt: call.store.now() + inviteLife,
  })
  call.store.saveSoon()
}

function uploadHead(call: Call): undefined {
  const one = find(call, call.query.get('kf_account'))
  const { bytes } = mediaPart(call)
  if (sniff(bytes)?.extension !== 'jpg') refuse(61457)
  const media = addMedia(call.store, { appid: one.appid, type: 'thumb', bytes, permanent: true })
  one.headimgurl = `${call.store.origin}/mmbiz/${media.mediaId}`
}

function statusOf(one: KfAccount, now: number): object {
  if (one.wx !== '') return { kf_wx: one.wx }
  if (one.inviteStatus === '') return {}
  const status =
    one.inviteStatus === 'waiting' && one.inviteExpiresAt <= now ? 'expired' : one.inviteStatus
  return {
    invite_wx: one.inviteWx,
    invite_expire_time: seconds(one.inviteExpiresAt),
    invite_status: status,
  }
}

function list({ store, account }: Call): Answer {
  return {
    kf_list: ofAccount(store, 'kfAccounts', account.appid).map((one) => ({
      kf_account: one.account,
      kf_nick: one.nickname,
      kf_id: String(one.kfId),
      kf_headimgurl: one.headimgurl,
      ...statusOf(one, store.now()),
    })),
  }
}

function listOnline({ store, account: { appid } }: Call): Answer {
  const cases = ofAccount(store, 'desk', appid)
  return {
    kf_online_list: ofAccount(store, 'kfAccounts', appid)
      .filter((one) => one.online > 0)
      .map((one) => ({
        kf_account: one.account,
        status: one.online,
        kf_id: String(one.kfId),
        accepted_case: cases.filter((open) => open.kfAccount === one.account).length,
      })),
  }
}

function createSession(call: Call): undefined {
  const {
    store,
    account: { appid },
    body,
  } = call
  const one = find(call, body['kf_account'])
  const { openid } = followerOf(call, body['openid'])
  if (one.wx === '') refuse(65402)
  if (one.online === 0) refuse(65415)
  const served = caseOf(store, appid, openid)?.kfAccount ?? null
  if (served === one.account) return
  if (served !== null) refuse(65414)
  openSession(store, { appid, openid, kfAccount: one.account })
}

function endSession(call: Call): undefined {
  const one = find(call, call.body['kf_account'])
  const open = caseOf(call.store, one.appid, followerOf(call, call.body['openid']).openid)
  if (typeof open?.kfAccount !== 'string') refuse(65413)
  if (open.kfAccount !== one.account) refuse(65414)
  closeSession(call.store, open)
}

function getSession(call: Call): Answer {
  const open = caseOf(
    call.store,
    call.account.appid,
    followerOf(call, call.query.get('openid')).openid,
  )
  return {
    createtime: typeof open?.kfAccount === 'string' ? open.since : 0,
    errcode: 0,
    errmsg: 'ok',
    kf_account: open?.kfAccount ?? '',
  }
}

function listSessions(call: Call): Answer {
  const one = find(call, call.query.get('kf_account'))
  const mine = ofAccount(call.store, 'desk', one.appid).filter(
    (open) => open.kfAccount === one.account,
  )
  return { sessionlist: mine.map(({ since, openid }) => ({ createtime: since, openid })) }
}

function listWaiting({ store, account }: Call): Answer {
  const waiting = ofAccount(store, 'desk', account.appid).filter((one) => one.kfAccount === null)
  return {
    count: waiting.length,
    waitcaselist: waiting
      .slice(0, 100)
      .map(({ since, openid }) => ({ latest_time: since, openid })),
  }
}

function listRecords({ store, account, body }: Call): Answer {
  const [from, to, first] = [
    needNumber(body, 'starttime', 65416),
    needNumber(body, 'endtime', 65416),
    may(body, 'msgid', 'number') ?? 1,
  ]
  const number = may(body, 'number', 'number') ?? 10_000
  if (from > to || number < 1 || number > 10_000) refuse(65416)
  if (to - from > 24 * 3600) refuse(65417)
  const found = ofAccount(store, 'records', account.appid)
    .filter((one) => one.id >= first && one.at >= from && one.at <= to)
    .slice(0, number)
  return {
    recordlist: found.map(({ openid, opercode, text, at, worker }) => ({
      openid,
      opercode,
      text,
      time: at,
      worker,
    })),
    number: found.length,
    msgid: (found.at(-1)?.id ?? first - 1) + 1,
  }
}

export const kfEndpoints: Endpoints = {
  '/customservice/kfaccount/add': post(add),
  '/customservice/kfaccount/update': post(update),
  '/customservice/kfaccount/del': get(remove, { method: 'ANY' }),
  '/customservice/kfaccount/inviteworker': post(invite),
  '/customservice/kfaccount/uploadheadimg': upload(uploadHead),
  '/cgi-bin/customservice/getkflist': get(list),
  '/cgi-bin/customservice/getonlinekflist': get(listOnline),
  '/customservice/kfsession/create': post(createSession),
  '/customservice/kfsession/close': post(endSession),
  '/customservice/kfsession/getsession': get(getSession),
  '/customservice/kfsession/getsessionlist': get(listSessions),
  '/customservice/kfsession/getwaitcase': get(listWaiting),
  '/customservice/msgrecord/getmsglist': post(listRecords),
}
