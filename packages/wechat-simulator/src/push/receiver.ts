import { failWith } from '../http.ts'
import type { Store } from '../state/store.ts'
import type { Account, Component, Format, Mode } from '../types.ts'

/**
 * The address to which a push goes, and the secrets it is signed and encrypted with. `appid` is
 * appended to the text before it is encrypted.
 */
export type Receiver = {
  url: string
  token: string
  encodingAesKey: string
  previousAesKey: string
  appid: string
  mode: Mode
  format: Format
}

function ofComponent(component: Component, appid: string): Receiver {
  const { token, encodingAesKey, componentAppid } = component
  return {
    url: component.callbackUrl.replaceAll('$APPID$', appid).replaceAll('%24APPID%24', appid),
    token,
    encodingAesKey,
    previousAesKey: '',
    appid: componentAppid,
    mode: 'safe',
    // Pushes to third-party platforms are always XML, because platforms cannot choose another
    // format.
    format: 'xml',
  }
}

/**
 * While an account has authorised a platform, its pushes go to the platform and not to the
 * account's own address.
 */
export function receiverOf(store: Store, account: Account): Receiver {
  const given = [...store.authorizations.values()].findLast((one) => one.appid === account.appid)
  const component = given === undefined ? undefined : store.components.get(given.componentAppid)
  if (component !== undefined) return ofComponent(component, account.appid)
  if (account.callbackUrl === '') {
    throw failWith(409, 'no_callback', `${account.appid} has no callbackUrl and no platform`)
  }
  const { callbackUrl: url, token, encodingAesKey, previousAesKey, appid, mode, format } = account
  return { url, token, encodingAesKey, previousAesKey, appid, mode, format }
}
