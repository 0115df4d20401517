// Calls that help to find out what is wrong: quotas, addresses and the reasons of failed calls.
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

/**
 * Resets the account's quotas of calls. WeChat allows this ten times a month, counted together with
 * `bySecret.clearQuota`, so a person should decide about it.
 */
const clear =
  ({ ask, appid }: Wire) =>
  async (): Promise<void> => {
    await ask({ method: 'POST', path: '/cgi-bin/clear_quota', json: { appid }, answer: 'done' })
  }

export const quota = {
  /** The quota of a call, which is named by its path. */
  of: post<{ cgi_path: string }, { quota: Quota }>('/cgi-bin/openapi/quota/get'),
  clear,
}

export const diagnosis = {
  /** Checks whether WeChat can reach the account's server address. */
  checkCallback: post<{ action: 'dns' | 'ping' | 'all'; check_operator: Operator }, Check>(
    '/cgi-bin/callback/check',
  ),
  /** The addresses from which WeChat sends pushes, for example for the rules of a firewall. */
  callbackIps: look<{ ip_list: string[] }>('/cgi-bin/getcallbackip'),
  /** The addresses of WeChat's API, for example for the rules of a firewall. */
  apiIps: look<{ ip_list: string[] }>('/cgi-bin/get_api_domain_ip'),
  /** Asks WeChat why the call with this `rid` was refused. WeChat can explain it for seven days. */
  failedCall: post<{ rid: string }, { request: FailedCall }>('/cgi-bin/openapi/rid/get'),
}
