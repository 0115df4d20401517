import type { Store } from './store.ts'
import { faultKinds } from '../types.ts'
import type { Fault, FaultKind } from '../types.ts'
import { failWith, isText } from '../http.ts'
import type { Body } from '../http.ts'

export type ApiCall = { path: string; appid: string | null; hasToken: boolean }

const sendPath = '/cgi-bin/message/custom/send'

export function readFault(body: Body): Fault {
  const kind = faultKinds.find((one) => one === body['kind'])
  if (kind === undefined) {
    throw failWith(400, 'invalid_input', `kind must be one of ${faultKinds.join(', ')}`)
  }
  const fault: Fault = { kind, next: 1 }
  if (isText(body['path'])) fault.path = body['path']
  if (isText(body['appid'])) fault.appid = body['appid']
  for (const name of ['errcode', 'delayMs', 'next', 'every'] as const) {
    const value = body[name]
    if (value === undefined) continue
    if (!Number.isInteger(value)) {
      throw failWith(400, 'invalid_input', `${name} must be a whole number`)
    }
    fault[name] = Number(value)
  }
  if (typeof body['processed'] === 'boolean') fault.processed = body['processed']
  return fault
}

/** Some faults make sense only for certain calls, and wait for one of those. */
function fits(kind: FaultKind, call: ApiCall): boolean {
  if (kind === 'noRetry') return false
  if (kind === 'closeWindow') return call.path === sendPath
  if (kind === 'expireToken') return call.hasToken
  return true
}

function useUp(store: Store, fault: Fault | undefined): Fault | null {
  if (fault === undefined) return null
  if (fault.next === 1) store.faults.splice(store.faults.indexOf(fault), 1)
  else if (fault.next > 1) fault.next -= 1
  return fault
}

/**
 * Whether a fault with `every` occurs at this call. With `every` 3, two matching calls succeed and
 * the third gets the fault.
 */
function isItsTurn(fault: Fault): boolean {
  if (fault.every === undefined || fault.every < 2) return true
  fault.seen = (fault.seen ?? 0) + 1
  return fault.seen % fault.every === 0
}

export function takeFault(store: Store, call: ApiCall): Fault | null {
  return useUp(
    store,
    store.faults.find(
      (fault) =>
        fits(fault.kind, call) &&
        (fault.path === undefined ||
          call.path === fault.path ||
          call.path.startsWith(`${fault.path}/`)) &&
        (fault.appid === undefined || fault.appid === call.appid) &&
        isItsTurn(fault),
    ),
  )
}

/**
 * Uses up a `noRetry` fault, if one was set for this account. If so, the push that just failed must
 * not be repeated.
 */
export function takePushFault(store: Store, appid: string): boolean {
  return (
    useUp(
      store,
      store.faults.find(
        (fault) => fault.kind === 'noRetry' && (fault.appid === undefined || fault.appid === appid),
      ),
    ) !== null
  )
}
