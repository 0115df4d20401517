// Quotas, addresses and what went wrong.
import { look, post, type Wire } from '../call.ts'

export type Quota = { daily_limit: number; used: number; remain: number }
export type Operator = 'CHINANET' | 'UNICOM' | 'CAP' | 'DEFAULT'
export type Check = {
  dns?: { ip: string; real_operator: string }[]
  ping?: { ip: string; from_operator: string; package_loss: string; time: string }[]
}
export type FailedCall = {
  invoke_time: number
  cost_in_ms: number
  request_url: string
  request_body: string
  response_body: string
  client_ip: string
}

/** Ten times a month, together with `bySecret.clearQuota`: for a person to decide. */
const clear =
  ({ ask, appid }: Wire) =>
  async (): Promise<void> => {
    await ask({ method: 'POST', path: '/cgi-bin/clear_quota', json: { appid }, answer: 'done' })
  }

export const quota = {
  /** Of a call by its path. */
  of: post<{ cgi_path: string }, { quota: Quota }>('/cgi-bin/openapi/quota/get'),
  clear,
}

export const diagnosis = {
  /** Can WeChat reach the server address of this account? */
  checkCallback: post<{ action: 'dns' | 'ping' | 'all'; check_operator: Operator }, Check>(
    '/cgi-bin/callback/check',
  ),
  /** Where pushes come from. */
  callbackIps: look<{ ip_list: string[] }>('/cgi-bin/getcallbackip'),
  /** Where the API is. */
  apiIps: look<{ ip_list: string[] }>('/cgi-bin/get_api_domain_ip'),
  /** What `rid` of a refusal was about; for seven days. */
  failedCall: post<{ rid: string }, { request: FailedCall }>('/cgi-bin/openapi/rid/get'),
}
