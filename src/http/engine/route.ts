// A route is data: the router, the OpenAPI document and the test of two tenants all read the same list.
import type { Request } from 'express'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'
import type { Reach, Role, Who } from './reach.ts'

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
  /** Present on every route but those open to everyone. */
  me: SignedIn
  params: Record<string, string>
  body: Body
  query: Query
  request: Request
}

export type Answer = {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  /** Sent instead of a body. */
  file?: string
  /** Sent as it is; its type stands in the headers. */
  text?: string
}

export type Route = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  /** Who may call at all. */
  who: Who
  /** And on what: where one route serves several, each has its own. */
  reach: Reach | readonly Reach[]
  summary: string
  operationId?: string
  body?: z.ZodType
  /** Every route has one; where none was given, the one that knows no parameter. */
  query: z.ZodType
  /** Its body is no JSON: the handler reads the request itself. */
  upload?: boolean
  handle: (call: Call) => Promise<Answer>
}

export const reachesOf = ({ reach }: Pick<Route, 'reach'>): readonly Reach[] =>
  typeof reach === 'string' ? [reach] : reach

/** A parameter that the schema does not name is refused, unless it is a loose one: what is ignored looks like an answer to it. */
function knownOnly(query: z.ZodType = z.object({})): z.ZodType {
  return query instanceof z.ZodObject && query.def.catchall === undefined ? query.strict() : query
}

/** Gives the handler the types of its own schemas. */
export function route<B extends z.ZodType, Q extends z.ZodType>(
  shape: Omit<Route, 'handle' | 'body' | 'query'> & {
    body?: B
    query?: Q
    handle: (call: Call<z.infer<B>, z.infer<Q>>) => Promise<Answer>
  },
): Route {
  return { ...shape, query: knownOnly(shape.query) } as unknown as Route
}
