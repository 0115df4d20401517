import { get } from './call.ts'
import type { Endpoints } from './call.ts'
import { customEndpoints } from './custom.ts'
import { mediaEndpoints } from './media.ts'
import { tokenEndpoints } from './tokens.ts'

const addresses = get(() => ({ ip_list: ['127.0.0.1'] }))

/** Every call of the platform that is played here. */
export const endpoints: Endpoints = {
  ...tokenEndpoints, ...customEndpoints, ...mediaEndpoints,
  '/cgi-bin/getcallbackip': addresses, '/cgi-bin/get_api_domain_ip': addresses,
}
