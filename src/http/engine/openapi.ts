// The OpenAPI document is generated from the lists of routes and doors, by which requests are
// served, so that it cannot describe something that does not exist.
import { z } from 'zod'
import type { WireName } from './answers.ts'
import type { Door, Responses } from './door.ts'
import { paramSchema } from './params.ts'
import { reaches } from './reach.ts'
import { reachesOf, route, type Route } from './route.ts'
import { refTo, wireSchemas, type Schema } from './wire-schemas.ts'

type PropertySchema = Schema & { properties?: Record<string, PropertySchema>; required?: string[] }

type Served = { routes: Route[]; doors: Door[] }

export function openapiRoute(served: () => Served): Route {
  return route({
    method: 'get',
    path: '/api/openapi.json',
    who: 'everyone',
    reach: 'anyone',
    summary: 'This document',
    operationId: 'getOpenapi',
    answers: 'OpenapiDocument',
    handle: async () => ({ body: describe(served()) }),
  })
}

function describe({ routes, doors }: Served) {
  const paths: Record<string, Record<string, unknown>> = {}
  const add = ({ method, path }: Route | Door, described: object) => {
    const at = path.replaceAll(/:(\w+)/g, '{$1}')
    paths[at] = { ...paths[at], [method]: described }
  }
  for (const one of doors) add(one, operationAt(one))
  for (const one of routes) add(one, operation(one))
  return {
    openapi: '3.1.0',
    info: { title: 'kefu', version: '0.1.0' },
    paths,
    components: {
      schemas: wireSchemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN' },
      },
    },
  }
}

const operationAt = (door: Door) => ({
  summary: door.summary,
  description: door.description,
  tags: [door.path.split('/')[1] ?? ''],
  operationId: door.operationId,
  parameters: [...inPath(door.path), ...inQuery(door.query)],
  ...(door.body && { requestBody: { required: true, content: door.body } }),
  responses: responsesAt(door),
  security: door.security ?? [],
})

const roles = {
  everyone: 'No sign-in.',
  agent: 'Agents and above.',
  supervisor: 'Supervisors and above.',
  admin: 'Admins.',
  operator: 'The operator.',
}
const whoOf = ({ who }: Route) => roles[who]

function operation(one: Route) {
  return {
    summary: one.summary,
    description: `${whoOf(one)} ${reachesOf(one)
      .map((reach) => reaches[reach].means)
      .join(' ')}`,
    tags: [one.path.split('/')[2] ?? ''],
    operationId:
      one.operationId ??
      `${one.method}${one.path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_, first: string) => first.toUpperCase())}`,
    parameters: [...inPath(one.path), ...inQuery(one.query)],
    ...(one.upload && {
      requestBody: {
        required: true,
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['file'],
              properties: { file: { type: 'string', format: 'binary' } },
            },
          },
        },
      },
    }),
    ...(one.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(one.body) } },
      },
    }),
    responses: responsesOf(one),
    security: one.who === 'everyone' ? [] : [{ token: [] }],
  }
}

const json = (schema: Schema) => ({ 'application/json': { schema } })
/** The schema of one page of a list, whose items are of this type. */
const pageOf = (name: WireName): Schema => ({
  allOf: [refTo('Page'), { properties: { items: { items: refTo(name) } } }],
})
const table = { 'text/csv': { schema: { type: 'string' } } }
const file = { '*/*': { schema: {} } }

const failure = {
  default: { description: 'It is refused, or it failed.', content: json(refTo('Failure')) },
}
/**
 * The answers of a route in the OpenAPI document, by status; `default` stands for every failure.
 */
export const responsesOf = (one: Route): Responses => ({ ...successOf(one), ...failure })
export const responsesAt = ({ answers }: Door): Responses => ({ ...answers, ...failure })

function successOf({ answers, status = 200 }: Route): Responses {
  const description = 'It is done.'
  if (answers === 'redirect') {
    const headers = { Location: { schema: { type: 'string' } } }
    return { 302: { description: 'Go on there.', headers } }
  }
  if (answers === 'file') {
    return {
      200: { description, content: file },
      206: { description: 'The part that was asked for.', content: file },
      304: { description: 'It is as it was.' },
    }
  }
  if (typeof answers === 'string') {
    return { [status]: { description, content: json(refTo(answers)) } }
  }
  if ('page' in answers) return { 200: { description, content: json(pageOf(answers.page)) } }
  if ('orTable' in answers) {
    return { 200: { description, content: { ...json(refTo(answers.orTable)), ...table } } }
  }
  return {
    200: { description, content: json(refTo(answers.orNothing)) },
    204: { description: 'There is none.' },
  }
}

function schemaOf(type: z.ZodType): PropertySchema {
  const schema = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as PropertySchema
  delete schema['$schema']
  return schema
}

const inPath = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: schemaOf(paramSchema(path, name) ?? z.string()),
  }))

function inQuery(type: z.ZodType | undefined) {
  const schema = type ? schemaOf(type) : {}
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }))
}
