// Tests whether kefu accepts WeChat's requests, through the public URL: first the check that WeChat
// makes when the address is saved, then a push in the account's mode. It is the same event that
// WeChat's debugging tool sends, and leaves only an inbox row behind.
import { encryptMessage, signature } from 'wechat-api-ts'
import type { Config } from '../../src/config.ts'
import type { Finding, KnownAccount } from '../../src/ports.ts'

type NamedAccount = { account: KnownAccount; name: string }
type PushSecrets = { appid: string; token: string; aesKey: string | null; safe: boolean }

const keysOf = ({ platform, ...account }: KnownAccount): PushSecrets =>
  platform
    ? {
        appid: platform.componentAppid,
        token: platform.pushToken,
        aesKey: platform.aesKey,
        safe: true,
      }
    : {
        appid: account.appid,
        token: account.pushToken,
        aesKey: account.aesKey,
        safe: account.mode === 'safe',
      }

export async function checkPushes(config: Config, named: NamedAccount): Promise<Finding[]> {
  const saved = await checkSaved(config, named)
  return saved.ok
    ? [saved, ...(await checkSelfPush(config, named)), mode(named)]
    : [saved, mode(named)]
}

const baseOf = (config: Config) => (config.PUBLIC_URL ?? localUrl(config)).replace(/\/$/, '')
const stamp = () => ({
  timestamp: String(Math.floor(Date.now() / 1000)),
  nonce: String(Math.random()).slice(2),
})

/** The request that WeChat makes when the server address is saved. */
async function checkSaved(config: Config, { account, name }: NamedAccount): Promise<Finding> {
  const base = baseOf(config)
  const { token } = keysOf(account)
  const { timestamp, nonce } = stamp()
  const echostr = `doctor${Date.now()}`
  const query = new URLSearchParams({
    signature: signature([token, timestamp, nonce]),
    timestamp,
    nonce,
    echostr,
  })
  try {
    const answer = await fetch(`${base}/wechat/${account.appid}?${query.toString()}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    if (answer.status === 200 && (await answer.text()) === echostr) {
      return { ok: true, what: `${name}: a signed call to ${base} is answered as WeChat wants it.` }
    }
    return {
      ok: false,
      what: `${name}: a signed call to ${base}/wechat/${account.appid} was answered ${answer.status}.`,
      remedy: remedies[answer.status] ?? otherAnswer,
    }
  } catch {
    if (config.PUBLIC_URL === undefined) {
      return {
        ok: true,
        what: `${name}: no kefu answers on ${base}, so the signature was not tried.`,
      }
    }
    return {
      ok: false,
      what: `${name}: ${base} does not answer within 5 s.`,
      remedy: 'Start kefu, and check DNS, certificate, firewall and proxy of PUBLIC_URL.',
    }
  }
}

function localUrl({ HOST: host, PORT: port }: Config): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}

async function checkSelfPush(config: Config, { account, name }: NamedAccount): Promise<Finding[]> {
  const { query, body } = letter(account, keysOf(account))
  const began = performance.now()
  try {
    const answer = await fetch(`${baseOf(config)}/wechat/${account.appid}?${query}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    const ms = Math.round(performance.now() - began)
    if (answer.status === 200) {
      return [
        {
          ok: true,
          what: `${name}: a push in its mode (${account.mode}) is taken, in ${ms} ms of the 5,000 that WeChat waits.`,
        },
      ]
    }
    return [
      {
        ok: false,
        what: `${name}: a push in its mode (${account.mode}) was answered ${answer.status}.`,
        remedy: pushRemedies[answer.status] ?? otherAnswer,
      },
    ]
  } catch {
    // The push got no answer. Without a PUBLIC_URL perhaps no kefu is running, which has been
    // reported already; with one, kefu is too slow.
    return config.PUBLIC_URL === undefined
      ? []
      : [
          {
            ok: false,
            what: `${name}: a push was not answered within 5 s.`,
            remedy:
              'WeChat would try three times and then show the follower an error: look into the log, and at the database.',
          },
        ]
  }
}

function letter(
  account: KnownAccount,
  { appid, token, aesKey, safe }: PushSecrets,
): { query: string; body: string } {
  const { timestamp, nonce } = stamp()
  const xml =
    `<xml><ToUserName><![CDATA[${account.original_id || 'gh_doctor'}]]></ToUserName><FromUserName><![CDATA[oDoctorOfKefu]]></FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[debug_demo]]></Event><debug_str><![CDATA[doctor]]></debug_str></xml>`
  const plain = { signature: signature([token, timestamp, nonce]), timestamp, nonce }
  if (!safe || aesKey === null) return { query: new URLSearchParams(plain).toString(), body: xml }
  const sealed = encryptMessage(aesKey, appid, xml)
  return {
    query: new URLSearchParams({
      ...plain,
      encrypt_type: 'aes',
      msg_signature: signature([token, timestamp, nonce, sealed]),
    }).toString(),
    body: `<xml><ToUserName><![CDATA[${account.original_id}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
  }
}

function mode({ account, name }: NamedAccount): Finding {
  const { safe } = keysOf(account)
  if (safe) {
    return {
      ok: true,
      what: `${name}: safe mode: nobody without its key can push in WeChat's name.`,
    }
  }
  return {
    ok: true,
    what: `${name}: ${account.mode} mode: the signature does not cover what is pushed.`,
    remedy:
      'Better: choose 安全模式 at WeChat under 基本配置, and mode safe with the same EncodingAESKey here. Set compatible first: no push is lost on the way.',
  }
}

const otherAnswer = 'The proxy must pass /wechat/ with its query to kefu, without redirecting.'
const remedies: Record<number, string> = {
  403: 'Who answers there has another token for this account: it runs on another database or with another SECRET_KEY.',
  404: 'Who answers there does not know this account: it runs on another database, or the proxy does not pass /wechat/ to kefu.',
  500: 'Who answers there cannot read the account: look into its log, and compare SECRET_KEY.',
  502: "The proxy does not reach kefu: start it, or correct the proxy's upstream.",
}
const pushRemedies: Record<number, string> = {
  ...remedies,
  400: 'Who answers there has another mode or EncodingAESKey for this account: it runs on another database.',
  405: 'The proxy lets no POST through to /wechat/.',
  411: 'The proxy wants no body: let POST through to /wechat/.',
  413: 'The proxy takes too small bodies only: let 1 MB through to /wechat/.',
  500: 'The push could not be stored: look at the findings of the database, and into the log.',
  503: 'kefu is overloaded, or its database does not answer.',
}
