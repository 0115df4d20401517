import { failWith, parseBody, readBody, sendJson } from '../http.ts'
import type { Exchange } from '../http.ts'
import type { Store } from '../state/store.ts'
import { routes } from './routes.ts'

/** Handles `/sim/…`, the calls that control the simulator. */
export async function serveSim(store: Store, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange
  const fitting = routes.flatMap(([method, path, run]) => {
    const found = path.exec(url.pathname)
    return found === null ? [] : [{ method, run, ids: found.slice(1).map(decodeURIComponent) }]
  })
  const route = fitting.find(({ method }) => method === request.method)
  if (route === undefined) {
    const found = fitting.length > 0
    throw failWith(
      found ? 405 : 404,
      found ? 'method_not_allowed' : 'not_found',
      `no ${request.method ?? ''} ${url.pathname}`,
    )
  }
  const body = parseBody((await readBody(request)).toString('utf8'))
  const { status, value } = await route.run(store, {
    query: url.searchParams,
    body,
    id: route.ids[0] ?? '',
    second: route.ids[1] ?? '',
  })
  sendJson(response, status, value)
}
