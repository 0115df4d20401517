// A door is an address that does not stand in the list of routes: it answers no JSON, or has to
// work without the database. All are described in doors.ts, and served by server.ts or webhook.ts.
import type { z } from 'zod'
import type { Schema } from './wire-schemas.ts'

export type ContentSchemas = Record<string, { schema: Schema }>
export type Responses = Record<
  string,
  { description: string; content?: ContentSchemas; headers?: Schema }
>

export type Door = {
  method: 'get' | 'post'
  path: string
  summary: string
  description: string
  operationId: string
  query?: z.ZodType
  /** What the body of a request to this address may be, by its type. */
  body?: ContentSchemas
  /** The answers of this address by status; those of a call that is refused are added to them. */
  answers: Responses
  /**
   * The names of the security schemes of which each suffices to call this address; none if anybody
   * may call.
   */
  security?: Record<string, string[]>[]
}
