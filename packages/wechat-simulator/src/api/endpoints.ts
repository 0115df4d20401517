import { get } from './call.ts'
import type { Endpoints } from './call.ts'
import { componentEndpoints } from './component.ts'
import { customEndpoints } from './custom.ts'
import { datacubeEndpoints } from './datacube.ts'
import { kfEndpoints } from './kf.ts'
import { massEndpoints } from './mass.ts'
import { materialEndpoints } from './material.ts'
import { mediaEndpoints } from './media.ts'
import { menuEndpoints } from './menu.ts'
import { oauthEndpoints } from './oauth.ts'
import { qrcodeEndpoints } from './qrcode.ts'
import { quotaEndpoints } from './quota.ts'
import { tagEndpoints } from './tags.ts'
import { templateEndpoints } from './template.ts'
import { tokenEndpoints } from './tokens.ts'
import { userEndpoints } from './users.ts'

const addresses = get(() => ({ ip_list: ['127.0.0.1'] }))

/** All calls of WeChat that the simulator answers, by their path. */
export const endpoints: Endpoints = {
  ...tokenEndpoints,
  ...quotaEndpoints(() => endpoints),
  ...customEndpoints,
  ...mediaEndpoints,
  ...materialEndpoints,
  ...kfEndpoints,
  ...userEndpoints,
  ...tagEndpoints,
  ...menuEndpoints,
  ...qrcodeEndpoints,
  ...templateEndpoints,
  ...massEndpoints,
  ...datacubeEndpoints,
  ...componentEndpoints,
  ...oauthEndpoints,
  '/cgi-bin/getcallbackip': addresses,
  '/cgi-bin/get_api_domain_ip': addresses,
}
