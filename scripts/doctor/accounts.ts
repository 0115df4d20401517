// For each account: can its secrets be read, is a signed call answered as WeChat wants it, does WeChat give a token to this machine?
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, signature, WechatRefused, WechatUnreachable } from 'wechat-api-ts'
import type { AccountRow } from '../../entities/index.ts'
import { openAccount } from '../../src/actions/known.ts'
import { secretKey, type Config } from '../../src/config.ts'
import type { Finding, KnownAccount } from '../../src/ports.ts'
import { openSecrets, type Secrets } from '../../src/secrets.ts'
import type { Inspected } from '../../src/store/store.ts'

export async function checkAccounts(config: Config, store: Inspected): Promise<Finding[]> {
  const companies = await store.read.accounts.companies()
  const lists = await Promise.all(companies.map((company) => store.read.accounts.list(company.company_id)))
  const rows = lists.flat().filter((row) => row.kind === 'wechat')
  if (rows.length === 0) return [{ ok: true, what: 'No official account yet.' }]
  const secrets = secretsOf(config)
  if (!secrets) return [{ ok: false, what: 'There are accounts, but the key that reads their secrets is missing.', remedy: 'Set SECRET_KEY, or put secret.key back into DATA_DIR.' }]
  const findings: Finding[] = []
  for (const row of rows) findings.push(...await checkAccount({ config, secrets }, row))
  return findings
}

/** Asking for it would make one. */
function secretsOf(config: Config): Secrets | null {
  if (!config.SECRET_KEY && !existsSync(join(config.DATA_DIR, 'secret.key'))) return null
  return openSecrets(secretKey(config))
}

async function checkAccount({ config, secrets }: { config: Config, secrets: Secrets }, row: AccountRow): Promise<Finding[]> {
  const name = `${row.name} (${row.appid})`
  const account = readable(secrets, row)
  if (!account) return [{ ok: false, what: `${name}: its secrets cannot be read with this key.`, remedy: 'Set the SECRET_KEY they were stored with, or enter secret, token and key of the account again.' }]
  if (account.binding === 'unbound') return [{ ok: true, what: `${name} is not bound: its pushes are answered and not taken.` }]
  return [await checkPush(config, account, name), await checkToken(config, account, name)]
}

function readable(secrets: Secrets, row: AccountRow): KnownAccount | null {
  try {
    return openAccount({ secrets }, row)
  } catch {
    return null
  }
}

/** What WeChat does when the server address is saved. Nothing is stored by it. */
async function checkPush(config: Config, account: KnownAccount, name: string): Promise<Finding> {
  const base = (config.PUBLIC_URL ?? localUrl(config)).replace(/\/$/, '')
  const [timestamp, nonce, echostr] = [String(Math.floor(Date.now() / 1000)), String(Math.random()).slice(2), `doctor${Date.now()}`]
  const query = new URLSearchParams({ signature: signature([account.pushToken, timestamp, nonce]), timestamp, nonce, echostr })
  try {
    const answer = await fetch(`${base}/wechat/${account.appid}?${query.toString()}`, { redirect: 'manual', signal: AbortSignal.timeout(5000) })
    if (answer.status === 200 && await answer.text() === echostr) return { ok: true, what: `${name}: a signed call to ${base} is answered as WeChat wants it.` }
    return { ok: false, what: `${name}: a signed call to ${base}/wechat/${account.appid} was answered ${answer.status}.`, remedy: pushRemedies[answer.status] ?? otherAnswer }
  } catch {
    if (config.PUBLIC_URL === undefined) return { ok: true, what: `${name}: no kefu answers on ${base}, so the signature was not tried.` }
    return { ok: false, what: `${name}: ${base} does not answer within 5 s.`, remedy: 'Start kefu, and check DNS, certificate, firewall and proxy of PUBLIC_URL.' }
  }
}

function localUrl({ HOST: host, PORT: port }: Config): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}

const otherAnswer = 'The proxy must pass /wechat/ with its query to kefu, without redirecting.'
const pushRemedies: Record<number, string> = {
  403: 'Who answers there has another token for this account: it runs on another database or with another SECRET_KEY.',
  404: 'Who answers there does not know this account: it runs on another database, or the proxy does not pass /wechat/ to kefu.',
  500: 'Who answers there cannot read the account: look into its log, and compare SECRET_KEY.',
  502: 'The proxy does not reach kefu: start it, or correct the proxy\'s upstream.',
}

/** The stable token: asking for it takes none away from the running processes. */
async function checkToken(config: Config, account: KnownAccount, name: string): Promise<Finding> {
  const client = createClient({ appid: account.appid, secret: account.secret, baseUrl: config.WECHAT_API_BASE })
  try {
    await client.accessToken()
    return { ok: true, what: `${name}: WeChat gives this machine an access token.` }
  } catch (error) {
    if (error instanceof WechatRefused) return refused(error, name)
    const reason = error instanceof WechatUnreachable ? error.reason : String(error)
    return { ok: false, what: `${name}: no access token: ${reason}.`, remedy: 'Let this machine reach WECHAT_API_BASE.' }
  }
}

function refused(error: WechatRefused, name: string): Finding {
  const what = `${name}: WeChat gives no access token: ${error.errcode} ${error.meaning.en}. (${error.meaning.zh})`
  if (error.errcode !== 40164) return { ok: false, what, remedy: `${error.remedy.en} ${error.remedy.zh}` }
  const seen = /(\d{1,3}\.){3}\d{1,3}/.exec(error.message)?.[0]
  return { ok: false, what, remedy: `In WeChat's backend, 设置与开发 → 基本配置 → IP白名单, add the address this machine calls from${seen ? `: WeChat saw ${seen}` : ''}. Several machines: add each.` }
}
