import { randomBytes } from 'node:crypto'
import { ofAccount, put } from '../state/tables.ts'
import type { Code } from '../types.ts'
import { may, needObject, needText, post, refuse } from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'

const thirtyDays = 2_592_000

type Action = { permanent: boolean; isText: boolean }
const actions: Record<string, Action> = {
  QR_SCENE: { permanent: false, isText: false },
  QR_STR_SCENE: { permanent: false, isText: true },
  QR_LIMIT_SCENE: { permanent: true, isText: false },
  QR_LIMIT_STR_SCENE: { permanent: true, isText: true },
}

function sceneIn(call: Call, { permanent, isText }: Action): string | number {
  const scene = needObject(needObject(call.body, 'action_info', 40053), 'scene', 40053)
  if (isText) {
    const text = needText(scene, 'scene_str', 40053)
    return text.length > 64 ? refuse(40053) : text
  }
  const id = may(scene, 'scene_id', 'number') ?? refuse(40053)
  return id < 1 || id > (permanent ? 100_000 : 0xffffffff) ? refuse(40053) : id
}

function save(
  { store, account: { appid } }: Call,
  scene: string | number,
  expiresAt: number | null,
): Code {
  const ticket = `gQ${randomBytes(54).toString('base64')}==`
  const url = `http://weixin.qq.com/q/02${randomBytes(15).toString('base64url')}`
  const code = put(store, 'codes', {
    ticket,
    appid,
    scene,
    permanent: expiresAt === null,
    url,
    expiresAt,
  })
  store.saveSoon()
  return code
}

/** Creates a permanent QR code. The same parameter (scene) always gives the same code. */
function createPermanent(call: Call, scene: string | number): Answer {
  const codes = ofAccount(call.store, 'codes', call.account.appid).filter((one) => one.permanent)
  const known = codes.find((one) => one.scene === scene)
  if (known === undefined && codes.length >= 100_000) refuse(45029)
  const { ticket, url } = known ?? save(call, scene, null)
  return { ticket, url }
}

function createTemporary(call: Call, scene: string | number): Answer {
  // A temporary code for which no time is given expires after one minute.
  const seconds = may(call.body, 'expire_seconds', 'number') ?? 60
  if (seconds < 1 || seconds > thirtyDays) refuse(40035)
  const { ticket, url } = save(call, scene, call.store.now() + seconds * 1000)
  return { ticket, expire_seconds: seconds, url }
}

function create(call: Call): Answer {
  const name = needText(call.body, 'action_name', 40052)
  const action = (Object.hasOwn(actions, name) ? actions[name] : undefined) ?? refuse(40052)
  const scene = sceneIn(call, action)
  return action.permanent ? createPermanent(call, scene) : createTemporary(call, scene)
}

export const qrcodeEndpoints: Endpoints = {
  '/cgi-bin/qrcode/create': post(create, {
    daily: 100_000,
    notFor: ['unverified', 'subscription'],
  }),
}
