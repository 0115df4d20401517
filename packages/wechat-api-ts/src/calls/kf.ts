// WeChat's own customer-service accounts and desk (客服管理). `kf_account` is `prefix@account`.
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
/** `status`: 1 web, 2 mobile, 3 both. */
export type KfOnline = {
  kf_account: string
  status: number
  kf_id: string
  accepted_case: number
  kf_openid?: string
}
/** `opercode`: 2002 the agent sent it, 2003 the agent received it. */
export type KfRecord = {
  openid: string
  opercode: number
  text: string
  time: number
  worker: string
}

export type KfWaiting = { latest_time: number; openid: string }

type Named = { kf_account: string }

/** Some documents want the account in the query, others in the body. */
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
  /** JPG. */
  setAvatar,
  list: look<{ kf_list: KfAccount[] }>('/cgi-bin/customservice/getkflist'),
  online: look<{ kf_online_list: KfOnline[] }>('/cgi-bin/customservice/getonlinekflist'),
}

export const kfSessions = {
  open: tell<Named & { openid: string }>('/customservice/kfsession/create'),
  close: tell<Named & { openid: string }>('/customservice/kfsession/close'),
  /** An empty `kf_account` is nobody. */
  of: get<{ openid: string }, { createtime: number; kf_account: string }>(
    '/customservice/kfsession/getsession',
  ),
  list: get<Named, { sessionlist: { createtime: number; openid: string }[] }>(
    '/customservice/kfsession/getsessionlist',
  ),
  /** The first hundred who wait. */
  waiting: look<{ count: number; waitcaselist: KfWaiting[] }>(
    '/customservice/kfsession/getwaitcase',
  ),
  /** At most 24 h; begin with `msgid` '1' and go on with the one returned until `number` is less than asked. */
  records: post<
    { starttime: number; endtime: number; msgid: string; number: number },
    { recordlist: KfRecord[]; number: number; msgid: string }
  >('/customservice/msgrecord/getmsglist'),
}
