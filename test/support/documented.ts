// Reads the operations of the OpenAPI document, as the product under test answers it.
import { asNobody } from './api.ts'
import type { House } from './app.ts'
import { operationOf } from './route-calls.ts'

/**
 * The operations of the OpenAPI document by method and path, written as in the lists of routes and
 * doors.
 */
export async function documented(house: House): Promise<Map<string, any>> {
  const { body } = await asNobody(house).get('/api/openapi.json').expect(200)
  return new Map(
    Object.entries<Record<string, any>>(body.paths).flatMap(([at, methods]) =>
      Object.entries(methods).map(([method, one]) => {
        const path = at.replaceAll(/\{(\w+)\}/g, ':$1')
        return [operationOf({ method: method as 'get', path }), one]
      }),
    ),
  )
}
