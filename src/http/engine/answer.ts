// How a route is answered: first it is checked who calls, then body and query, then the action
// runs.
import type { Request, RequestHandler, Response } from 'express'
import type { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { admit } from './auth.ts'
import { checkParams } from './params.ts'
import type { Answer, Call, Route } from './route.ts'

export function answerRoute(ports: Ports, route: Route): RequestHandler {
  return async (request, response) => {
    const me = route.who === 'everyone' ? undefined : await admit(ports, request, route.who)
    const call = {
      ports,
      me,
      params: request.params,
      request,
      body: route.body ? check(route.body, bodyOf(request), 'body') : bodyOf(request),
      query: check(route.query, { ...request.query }, 'query'),
    } as unknown as Call
    checkParams(route.path, request.params)
    const given = await route.handle(call)
    const { body, headers = {}, file, text } = given
    response.status(statusOf(route, given)).set({ 'Cache-Control': 'no-store', ...headers })
    if (file !== undefined) sendFile(response, file)
    else if (text !== undefined) response.send(text)
    else if (body === undefined) response.end()
    else response.json(body)
  }
}

function statusOf({ answers, status = 200 }: Route, { body }: Answer): number {
  if (answers === 'redirect') return 302
  return typeof answers === 'object' && 'orNothing' in answers && body === undefined ? 204 : status
}

/**
 * Sends a file. The framework handles requests for parts of it and conditional requests. A client
 * that disconnects half-way is not an error.
 */
function sendFile(response: Response, file: string): void {
  response.sendFile(
    file,
    { dotfiles: 'allow', lastModified: false, cacheControl: false },
    (error?: Error & { status?: number }) => {
      if (error && !response.headersSent) response.status(error.status ?? 500).end()
    },
  )
}

const bodyOf = (request: Request): unknown => request.body ?? {}

function placeOf(issue: z.core.$ZodIssue | undefined): PropertyKey[] {
  if (!issue) return []
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
}

/**
 * Checks a value against a schema and returns it, or refuses the call and names the field. `within`
 * is the position of the value in its body, if it is only a part of it.
 */
// eslint-disable-next-line max-params -- the last one is rare
export function check(schema: z.ZodType, value: unknown, where: string, within = ''): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = [within, ...placeOf(issue)].filter((part) => part !== '')
  const field = place.map(String).join('.') || where
  throw new AppError('invalid_input', `${field}: ${issue?.message ?? 'invalid'}`, { field })
}

const hasBody = (request: Request) =>
  request.headers['transfer-encoding'] !== undefined ||
  Number(request.headers['content-length'] ?? 0) > 0

export const bodyIsJson: RequestHandler = (request, _response, next) => {
  if (hasBody(request) && !request.is('application/json')) {
    throw new AppError('wrong_type', 'Send JSON: Content-Type: application/json.')
  }
  next()
}

export const bodyIsAnObject: RequestHandler = (request, _response, next) => {
  if (Array.isArray(request.body)) {
    throw new AppError('invalid_input', 'The body must be an object.', { field: 'body' })
  }
  next()
}
