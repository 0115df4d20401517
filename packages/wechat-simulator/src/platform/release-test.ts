import { failWith } from '../http.ts'
import { sendEvent, sendMessage } from '../phone/act.ts'
import { addFollower } from '../phone/people.ts'
import { chatOf, wait } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { accountDefaults, put } from '../state/tables.ts'
import type { Account, Follower } from '../types.ts'
import { authorizeAccount, getComponent } from './authorize.ts'
import { pushTicket } from './notices.ts'
import { allScopes } from './scopes.ts'

/** The accounts with which WeChat tests a third-party platform before its release. */
const testers: [appid: string, originalId: string][] = [
  ['wx570bc396a51b8ff8', 'gh_3c884a361561'],
  ['wx9252c5e0bb1836fc', 'gh_c0f28a78b318'],
  ['wx8e1097c5bc82cde9', 'gh_3f222ed8d140'],
  ['wx14550af28c71a144', 'gh_26128078e9ab'],
  ['wxa35b9c23cfe664eb', 'gh_2b3713f184a6'],
]

type Case = { name: string; ok: boolean; detail: string }

function testAccount(store: Store, [appid, originalId]: [string, string]): Account {
  return (
    store.accounts.get(appid) ??
    put(store, 'accounts', {
      ...structuredClone(accountDefaults),
      appid,
      originalId,
      appSecret: 'none',
      token: 'none',
      encodingAesKey: '',
      mode: 'plain',
      callbackUrl: '',
      name: '全网发布检测',
    })
  )
}

type TestRun = { store: Store; follower: Follower; code: string }

async function replyTo(run: TestRun, text: string): Promise<string> {
  const { shown } = await sendMessage(run.store, run.follower.openid, {
    appid: run.follower.appid,
    type: 'text',
    text,
  })
  return (shown as { text?: string }[])[0]?.text ?? ''
}

async function passiveText(run: TestRun): Promise<Case> {
  const detail = await replyTo(run, 'TESTCOMPONENT_MSG_TYPE_TEXT')
  return { name: 'text', ok: detail === 'TESTCOMPONENT_MSG_TYPE_TEXT_callback', detail }
}

async function passiveEvent({ store, follower }: TestRun): Promise<Case> {
  const { shown } = await sendEvent(store, follower.openid, {
    appid: follower.appid,
    event: 'LOCATION',
  })
  const detail = (shown as { text?: string }[])[0]?.text ?? ''
  return { name: 'event', ok: detail === 'LOCATIONfrom_callback', detail }
}

/**
 * Runs one case of WeChat's release test: the platform must answer a push with nothing, exchange
 * the code in it for a token, and send a message with that token.
 */
async function byApi(run: TestRun): Promise<Case> {
  const { store, follower, code } = run
  const answer = await sendMessage(store, follower.openid, {
    appid: follower.appid,
    type: 'text',
    text: `QUERY_AUTH_CODE:${code}`,
  })
  if (answer.shown.length > 0) {
    return { name: 'api', ok: false, detail: 'the push must be answered by nothing' }
  }
  const arrived = (): boolean =>
    chatOf(store, follower).some(
      (line) => line.way === 'custom' && line.text === `${code}_from_api`,
    )
  for (let n = 0; n < 50 && !arrived() && !store.closing.signal.aborted; n++) {
    await wait(100, store.closing.signal)
  }
  return {
    name: 'api',
    ok: arrived(),
    detail: arrived() ? 'arrived' : 'nothing arrived within 5 s',
  }
}

/**
 * The test that WeChat makes before a third-party platform is released, with one of the test
 * accounts.
 */
export async function releaseTest(
  store: Store,
  id: string,
  which: number,
): Promise<{ ok: boolean; cases: Case[] }> {
  const component = getComponent(store, id)
  const tester = testers[which]
  if (tester === undefined) {
    throw failWith(
      400,
      'invalid_input',
      `account must be a whole number from 0 to ${testers.length - 1}`,
    )
  }
  const account = testAccount(store, tester)
  const { outcome } = await pushTicket(store, component)
  const { follower } = addFollower(store, {
    appid: account.appid,
    openid: 'ozy4qt5QUADNXORxCVipKMV9dss0',
    nickname: '检测员',
  })
  const { code } = authorizeAccount(store, { component, account }, allScopes)
  const run = { store, follower, code }
  const cases = [
    { name: 'ticket', ok: outcome === 'ok', detail: outcome },
    await passiveText(run),
    await byApi(run),
    await passiveEvent(run),
  ]
  return { ok: cases.every((one) => one.ok), cases }
}
