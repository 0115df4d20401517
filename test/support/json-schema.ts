// Checks a value against a JSON Schema. It knows the keywords that the OpenAPI document uses, and
// fails at any other.
import type { JsonSchema } from '../../scripts/wire/schema.ts'

type Schemas = Record<string, JsonSchema>
/** Describes each difference between a value and its schema; empty if there is none. */
export type Check = (value: unknown, schema: JsonSchema, at?: string) => string[]

/**
 * Makes a function that checks values. `schemas` are those to which other schemas refer, by name.
 */
export function openCheck(schemas: Schemas): Check {
  const check: Check = (value, schema, at = '') =>
    Object.entries(schema).flatMap(([word, said]) => {
      const look = words[word]
      if (!look) throw new Error(`${word} is no word of the schemas of kefu`)
      return look({ value, said, schema, at, check, schemas })
    })
  return check
}

type Comparison = {
  value: unknown
  said: any
  schema: JsonSchema
  at: string
  check: Check
  schemas: Schemas
}

const shown = (value: unknown) => JSON.stringify(value).slice(0, 100)
const unless = (is: boolean, { at, value }: Comparison, wanted: string) =>
  is ? [] : [`${at || 'the answer'}: ${wanted}, not ${shown(value)}`]
const nothing = () => []

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
}

const words: Record<string, (look: Comparison) => string[]> = {
  description: nothing,
  // `format` is not checked, because a `pattern` beside it says the same more strictly
  format: nothing,
  $ref: ({ value, said, at, check, schemas }) => {
    const schema = schemas[String(said).split('/').at(-1) ?? '']
    if (!schema) throw new Error(`${said} leads nowhere`)
    return check(value, schema, at)
  },
  type: (look) => {
    const some = [look.said].flat() as string[]
    return unless(
      some.some((one) => types[one]?.(look.value)),
      look,
      some.join(' or '),
    )
  },
  const: (look) => unless(look.value === look.said, look, shown(look.said)),
  enum: (look) => unless(look.said.includes(look.value), look, `one of ${shown(look.said)}`),
  pattern: (look) =>
    unless(new RegExp(look.said).test(String(look.value)), look, `like ${look.said}`),
  anyOf: ({ value, said, at, check }) => {
    const each = (said as JsonSchema[]).map((one) => check(value, one, at))
    if (each.some((faults) => faults.length === 0)) return []
    return each.toSorted((a, b) => a.length - b.length)[0] ?? []
  },
  allOf: ({ value, said, at, check }) =>
    (said as JsonSchema[]).flatMap((one) => check(value, one, at)),
  items: ({ value, said, at, check }) =>
    Array.isArray(value) ? value.flatMap((one, n) => check(one, said, `${at}[${n}]`)) : [],
  required: ({ value, said, at }) =>
    isObject(value)
      ? (said as string[])
          .filter((name) => !(name in value))
          .map((name) => `${at}.${name} is missing`)
      : [],
  properties: ({ value, said, at, check }) =>
    isObject(value)
      ? Object.entries(said as Schemas).flatMap(([name, one]) =>
          name in value ? check(value[name], one, `${at}.${name}`) : [],
        )
      : [],
  additionalProperties: ({ value, said, schema, at, check }) => {
    if (!isObject(value)) return []
    const named = new Set(Object.keys(schema['properties'] ?? {}))
    const more = Object.keys(value).filter((name) => !named.has(name))
    if (said === false) return more.map((name) => `${at}.${name} is not named`)
    return more.flatMap((name) => check(value[name], said, `${at}.${name}`))
  },
}
