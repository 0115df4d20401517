// packages/kefu-wire/schema.json is generated from the types in the same package.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { declarationsIn } from '../../scripts/wire/declarations.ts'
import { schemaFile, schemaText } from '../../scripts/wire/main.ts'
import { schemasOf } from '../../scripts/wire/schema.ts'

const schemasIn = (text: string) => schemasOf(declarationsIn([['a.ts', text]]))

void test('the stored JSON Schemas of kefu-wire are those generated from its types', () => {
  assert.equal(
    readFileSync(schemaFile, 'utf8'),
    schemaText(),
    'npm run wire writes it anew; look at what has changed before you commit it',
  )
})

void test('JSON Schemas are generated for optional fields, null, unions of words, types that extend others, and generic types', () => {
  const { Page, Heir, Both } = schemasIn(`
    export interface Page<Item> { items: Item[]; next: string | null }
    /** Has more. */
    export interface Heir extends Page<number> { word: 'a' | 'b'; left?: Record<string, boolean> }
    export type Both = ({ kind: 'x' } | { kind: 'y' }) & { then?: Heir[] }`)
  const next = { type: ['string', 'null'] }
  assert.deepEqual(Page, {
    type: 'object',
    properties: { items: { type: 'array', items: {} }, next },
    required: ['items', 'next'],
    additionalProperties: false,
  })
  assert.deepEqual(Heir, {
    description: 'Has more.',
    type: 'object',
    properties: {
      items: { type: 'array', items: { type: 'number' } },
      next,
      word: { enum: ['a', 'b'] },
      left: { type: 'object', additionalProperties: { type: 'boolean' } },
    },
    required: ['items', 'next', 'word'],
    additionalProperties: false,
  })
  const then = { type: 'array', items: { $ref: '#/$defs/Heir' } }
  assert.deepEqual(Both, {
    anyOf: ['x', 'y'].map((kind) => ({
      type: 'object',
      properties: { kind: { const: kind }, then },
      required: ['kind'],
      additionalProperties: false,
    })),
  })
})

void test('a type for which no JSON Schema can be generated is an error that names its place, and never a schema that accepts anything', () => {
  for (const type of [
    'Map<string, string>',
    '() => void',
    'undefined',
    'any',
    'Date',
    '[string, number]',
    'keyof Other',
    'string & number',
    '`a${string}`',
    '{ [name: string]: string }',
    '{ say(): string }',
    'Missing',
  ]) {
    assert.throws(
      () => schemasIn(`export interface Other { a: string }\nexport type Odd = ${type}\n`),
      /^Error: a\.ts:2: /,
      type,
    )
  }
  assert.throws(() => schemasIn('export const value = 1\n'), /^Error: a\.ts:1: only types/)
  assert.throws(
    () => schemasIn('export type A = 1\nexport type A = 2\n'),
    /^Error: a\.ts:2: there are two/,
  )
})
