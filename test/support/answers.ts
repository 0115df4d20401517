// Compares every answer that a test gets from the API with the OpenAPI document.
import { doors } from '../../src/http/doors.ts'
import type { Responses } from '../../src/http/engine/door.ts'
import { responsesAt, responsesOf } from '../../src/http/engine/openapi.ts'
import { refTo, wireSchemas } from '../../src/http/engine/wire-schemas.ts'
import { routes } from '../../src/http/routes.ts'
import { isCluster } from './edition.ts'
import { openCheck } from './json-schema.ts'

const check = openCheck(wireSchemas)

// the addresses are tried in the order of the server, because a request is served by the first one
// whose path fits
const described = [
  ...doors.map((door) => ({ ...door, responses: responsesAt(door) })),
  ...routes.map((route) => ({ ...route, responses: responsesOf(route) })),
].map(({ method, path, responses }) => ({
  method,
  fits: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`, 'i'),
  responses,
}))
const unknown: Responses = {
  default: {
    description: 'There is nothing here.',
    content: { 'application/json': { schema: refTo('Failure') } },
  },
}

export type RequestLine = { method: string; url: string }
export type ReceivedAnswer = { status: number; type: string | null; body: unknown }

/** How an answer differs from the OpenAPI document; null if it does not. */
export function undescribed({ method, url }: RequestLine, answered: ReceivedAnswer): string | null {
  const path = new URL(url, 'http://kefu').pathname
  const wanted = method.toLowerCase()
  const door = described.find((one) => one.method === wanted && one.fits.test(path))
  if (!door && answered.status < 400) return null
  const faults = faultsIn(door?.responses ?? unknown, answered)
  if (faults.length === 0) return null
  const some = faults.slice(0, 5).join('; ')
  return `${method} ${path} answers ${answered.status} otherwise than the document says: ${some}`
}

function faultsIn(responses: Responses, { status, type, body }: ReceivedAnswer): string[] {
  const said = responses[status] ?? (status >= 400 ? responses['default'] : undefined)
  if (!said) return ['this status is not described']
  const { content = {} } = said
  return type?.startsWith('application/json')
    ? inJson(content, body)
    : inOther(content, type, isOfOthers(status, type))
}

type DescribedContent = NonNullable<Responses[string]['content']>

function inJson({ 'application/json': json }: DescribedContent, body: unknown): string[] {
  return json ? check(body, json.schema) : ['no JSON is described']
}

function inOther(content: DescribedContent, type: string | null, mayBe: boolean): string[] {
  const types = Object.keys(content)
  if (mayBe || types.length === 0 || types.includes('*/*')) return []
  const isNamed = types.some((name) => type?.startsWith(name))
  return isNamed ? [] : [`${type ?? 'no type'} is none of ${types.join(', ')}`]
}

/**
 * Answers that are not the API's own: the balancer's error pages, and the framework's 416 for a
 * range that a file does not have.
 */
const isOfOthers = (status: number, type: string | null) =>
  status >= 500 ||
  status === 416 ||
  (isCluster && status >= 400 && type?.startsWith('text/html') === true)

export function refuseUndescribed(asked: RequestLine, answered: ReceivedAnswer): void {
  const fault = undescribed(asked, answered)
  if (fault !== null) throw new Error(fault)
}
