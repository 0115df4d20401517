// A route is a piece of data. The router, the OpenAPI document and the tests all read the
// same list.
import type { Role } from 'kefu-wire'
import type { Request } from 'express'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'
import type { Answers, Given } from './answers.ts'
import type { Reach, Who } from './reach.ts'

export type SignedIn = {
  uid: number
  companyId: string
  role: Role
  operator: boolean
  name: string
  tokenHash: string
}

export type Call<Body = unknown, Query = unknown> = {
  ports: Ports
  /** The signed-in caller; present on every route that is not open to everyone. */
  me: SignedIn
  params: Record<string, string>
  body: Body
  query: Query
  request: Request
}

export type Answer = {
  body?: unknown
  headers?: Record<string, string>
  /** The path of a file to send as the answer, instead of JSON. */
  file?: string
  /** Text that is sent unchanged; the headers tell its type. */
  text?: string
}

export type Route = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  /** The lowest role that may call the route. */
  who: Who
  /**
   * What the caller may reach with it. If one route serves several kinds of things, each has its
   * own entry.
   */
  reach: Reach | readonly Reach[]
  summary: string
  operationId?: string
  body?: z.ZodType
  /** Every route has a query schema. If none was given, it allows no parameter. */
  query: z.ZodType
  /** The body may be something other than JSON, or larger, so the handler reads it itself. */
  upload?: boolean
  answers: Answers
  /** The status if the call succeeds; 200 if not given. */
  status?: 200 | 201 | 202
  handle: (call: Call) => Promise<Answer>
}

export const reachesOf = ({ reach }: Pick<Route, 'reach'>): readonly Reach[] =>
  typeof reach === 'string' ? [reach] : reach

/**
 * Refuses query parameters that the schema does not name, because a parameter that is ignored would
 * seem to have worked. Loose schemas allow any.
 */
function knownOnly(query: z.ZodType = z.object({})): z.ZodType {
  return query instanceof z.ZodObject && query.def.catchall === undefined ? query.strict() : query
}

/**
 * Returns a route as it is given. It exists so that TypeScript derives the handler's types from the
 * schemas of the route and from `answers`.
 */
export function route<B extends z.ZodType, Q extends z.ZodType, const A extends Answers>(
  shape: Omit<Route, 'handle' | 'body' | 'query' | 'answers'> & {
    body?: B
    query?: Q
    answers: A
    handle: (call: Call<z.infer<B>, z.infer<Q>>) => Promise<Given<A>>
  },
): Route {
  return { ...shape, query: knownOnly(shape.query) } as unknown as Route
}
