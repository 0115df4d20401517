// WeChat's own customer-service accounts and tools (客服管理). A `kf_account` has the form
// `prefix@account`.
import { get, look, post, tell, type Call } from '../call.ts'
import type { Upload } from '../multipart.ts'

export type KfAccount = {
  kf_account: string
  kf_nick: string
  kf_id: string
  kf_headimgurl: string
  kf_wx?: string
  invite_wx?: string
  invite_expire_time?: number
  invite_status?: 'waiting' | 'rejected' | 'expired'
}
/** An agent of WeChat's own desk who is online: `status` 1 on the web, 2 on a phone, 3 on both. */
export type KfOnline = {
  kf_account: string
  status: number
  kf_id: string
  accepted_case: number
  kf_openid?: string
}
/**
 * A line recorded by WeChat's own desk: `opercode` 2002 if the agent sent it, 2003 if the agent
 * received it.
 */
export type KfRecord = {
  openid: string
  opercode: number
  text: string
  time: number
  worker: string
}

export type KfWaiting = { latest_time: number; openid: string }

type Named = { kf_account: string }

/**
 * Deletes a customer-service account. Some of WeChat's documents expect its name in the query,
 * others in the body, so it is sent in both.
 */
const remove: Call<Named, void> =
  ({ ask }) =>
  async (input) => {
    await ask({
      method: 'POST',
      path: '/customservice/kfaccount/del',
      query: input,
      json: input,
      answer: 'done',
    })
  }

const setAvatar: Call<Named & { media: Upload }, void> =
  ({ ask }) =>
  async ({ kf_account, media }) => {
    const path = '/customservice/kfaccount/uploadheadimg'
    await ask({ method: 'POST', path, query: { kf_account }, upload: { media }, answer: 'done' })
  }

export const kfAccounts = {
  add: tell<Named & { nickname: string }>('/customservice/kfaccount/add'),
  update: tell<Named & { nickname: string }>('/customservice/kfaccount/update'),
  remove,
  invite: tell<Named & { invite_wx: string }>('/customservice/kfaccount/inviteworker'),
  /** Sets the picture of a customer-service account; it must be a JPG. */
  setAvatar,
  list: look<{ kf_list: KfAccount[] }>('/cgi-bin/customservice/getkflist'),
  online: look<{ kf_online_list: KfOnline[] }>('/cgi-bin/customservice/getonlinekflist'),
}

export const kfSessions = {
  open: tell<Named & { openid: string }>('/customservice/kfsession/create'),
  close: tell<Named & { openid: string }>('/customservice/kfsession/close'),
  /** Which desk account serves a follower. An empty `kf_account` means that nobody does. */
  of: get<{ openid: string }, { createtime: number; kf_account: string }>(
    '/customservice/kfsession/getsession',
  ),
  list: get<Named, { sessionlist: { createtime: number; openid: string }[] }>(
    '/customservice/kfsession/getsessionlist',
  ),
  /**
   * Lists the first hundred followers who wait for an agent of WeChat's own customer-service desk.
   */
  waiting: look<{ count: number; waitcaselist: KfWaiting[] }>(
    '/customservice/kfsession/getwaitcase',
  ),
  /**
   * Lists the recorded lines of a period of at most 24 h. Begin with `msgid` '1' and continue with
   * the returned one until fewer than `number` are returned.
   */
  records: post<
    { starttime: number; endtime: number; msgid: string; number: number },
    { recordlist: KfRecord[]; number: number; msgid: string }
  >('/customservice/msgrecord/getmsglist'),
}
