// npm run wire: writes packages/kefu-wire/schema.json, the types of the wire as JSON Schema.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readDeclarations } from './declarations.ts'
import { schemasOf } from './schema.ts'

const wire = fileURLToPath(new URL('../../../packages/kefu-wire', import.meta.url))
export const schemaFile = join(wire, 'schema.json')

export function schemaText(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What kefu answers',
    $defs: schemasOf(readDeclarations(join(wire, 'src'))),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, schemaText())
