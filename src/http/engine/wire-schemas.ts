// The JSON Schemas of kefu-wire, with references as they are written in an OpenAPI document.
import { readFileSync } from 'node:fs'

export type Schema = Record<string, unknown>

const file = new URL('../../../../packages/kefu-wire/schema.json', import.meta.url)
const { $defs } = JSON.parse(
  readFileSync(file, 'utf8').replaceAll('"#/$defs/', '"#/components/schemas/'),
) as { $defs: Record<string, Schema> }

export const wireSchemas = $defs
export const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
