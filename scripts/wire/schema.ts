// Converts the types of kefu-wire to JSON Schema (2020-12). A kind of type that is not known here
// is an error, and never becomes a schema that accepts anything.
import ts from 'typescript'
import { fault, saidOf, type Declaration, type Declarations } from './declarations.ts'

export type JsonSchema = Record<string, unknown>
/**
 * The schemas that take the place of a generic type's parameters, by the names of the parameters.
 */
type ParameterSchemas = ReadonlyMap<string, JsonSchema>
type Property = { schema: JsonSchema; isOptional: boolean }
type Fields = ReadonlyMap<string, Property>

const anything: JsonSchema = {}
const keywords: Partial<Record<ts.SyntaxKind, JsonSchema>> = {
  [ts.SyntaxKind.StringKeyword]: { type: 'string' },
  [ts.SyntaxKind.NumberKeyword]: { type: 'number' },
  [ts.SyntaxKind.BooleanKeyword]: { type: 'boolean' },
  [ts.SyntaxKind.UnknownKeyword]: anything,
}

export function schemasOf(declarations: Declarations): Record<string, JsonSchema> {
  const write = openWriter(declarations)
  return Object.fromEntries([...declarations].map(([name, one]) => [name, write(one)]))
}

function openWriter(declarations: Declarations) {
  const declared = (node: ts.Node, name: string): Declaration => {
    const found = declarations.get(name)
    if (!found) throw fault(node, `there is no type ${name}`)
    return found
  }

  function schemaOf(node: ts.TypeNode, given: ParameterSchemas): JsonSchema {
    const plain = keywords[node.kind]
    if (plain) return { ...plain }
    if (ts.isParenthesizedTypeNode(node)) return schemaOf(node.type, given)
    if (ts.isLiteralTypeNode(node)) return literal(node)
    if (ts.isArrayTypeNode(node)) {
      return { type: 'array', items: schemaOf(node.elementType, given) }
    }
    if (ts.isUnionTypeNode(node)) return union(node.types.map((one) => schemaOf(one, given)))
    if (ts.isTypeReferenceNode(node)) return reference(node, given)
    if (ts.isTypeLiteralNode(node) || ts.isIntersectionTypeNode(node)) {
      return union(shapesOf(node, given).map(objectOf))
    }
    throw fault(node, 'no schema says this')
  }

  function reference(node: ts.TypeReferenceNode, given: ParameterSchemas): JsonSchema {
    const name = node.typeName.getText()
    const [first, second] = node.typeArguments ?? []
    if (name === 'Record' && first?.kind === ts.SyntaxKind.StringKeyword && second) {
      const isNever = second.kind === ts.SyntaxKind.NeverKeyword
      return { type: 'object', additionalProperties: isNever ? false : schemaOf(second, given) }
    }
    const parameter = given.get(name)
    if (parameter) return parameter
    if (declared(node, name).typeParameters) return union(shapesOf(node, given).map(objectOf))
    return { $ref: `#/$defs/${name}` }
  }

  /**
   * Finds the fields of an object type. For a union of objects there is one entry for each of them.
   */
  function shapesOf(node: ts.TypeNode, given: ParameterSchemas): Fields[] {
    if (ts.isParenthesizedTypeNode(node)) return shapesOf(node.type, given)
    if (ts.isTypeLiteralNode(node)) return [fieldsOf(node.members, given)]
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((one) => shapesOf(one, given))
    if (ts.isIntersectionTypeNode(node)) {
      return node.types
        .map((one) => shapesOf(one, given))
        .reduce((some, more) => some.flatMap((a) => more.map((b) => new Map([...a, ...b]))))
    }
    if (!ts.isTypeReferenceNode(node) && !ts.isExpressionWithTypeArguments(node)) {
      throw fault(node, 'this is no object')
    }
    const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression
    const declaration = declared(node, name.getText())
    const values = (node.typeArguments ?? []).map((one) => schemaOf(one, given))
    return shapesOfDeclared(
      declaration,
      new Map(declaration.typeParameters?.map((one, n) => [one.name.text, values[n] ?? anything])),
    )
  }

  function shapesOfDeclared(declaration: Declaration, given: ParameterSchemas): Fields[] {
    if (ts.isTypeAliasDeclaration(declaration)) return shapesOf(declaration.type, given)
    const above = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap((one) => shapesOf(one, given)),
    )
    const own = fieldsOf(declaration.members, given)
    return [new Map([...above.flatMap((fields) => [...fields]), ...own])]
  }

  const fieldsOf = (members: ts.NodeArray<ts.TypeElement>, given: ParameterSchemas): Fields =>
    new Map(
      members.map((member) => {
        if (!ts.isPropertySignature(member) || !member.type || !ts.isIdentifier(member.name)) {
          throw fault(member, 'this is no field')
        }
        const schema = { ...schemaOf(member.type, given), ...saidOf(member) }
        return [member.name.text, { schema, isOptional: member.questionToken !== undefined }]
      }),
    )

  return (declaration: Declaration): JsonSchema => {
    const given = new Map(declaration.typeParameters?.map((one) => [one.name.text, anything]))
    const schema = ts.isTypeAliasDeclaration(declaration)
      ? schemaOf(declaration.type, given)
      : union(shapesOfDeclared(declaration, given).map(objectOf))
    const { description, ...more } = saidOf(declaration)
    return { ...(description !== undefined && { description }), ...schema, ...more }
  }
}

/** The schema of an object. It accepts no field that the type does not name. */
function objectOf(fields: Fields): JsonSchema {
  const all = [...fields]
  const required = all.filter(([, { isOptional }]) => !isOptional).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(([name, { schema }]) => [name, schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

function literal({ literal: node }: ts.LiteralTypeNode): JsonSchema {
  const text = node.getText()
  if (node.kind === ts.SyntaxKind.NullKeyword) return { type: 'null' }
  if (ts.isStringLiteral(node)) return { const: node.text }
  if (ts.isTemplateLiteralToken(node)) throw fault(node, 'no schema says this')
  return { const: JSON.parse(text) as unknown }
}

/**
 * The schema of a union: words become one `enum`, and null is added to the types of a plain type.
 */
function union(options: JsonSchema[]): JsonSchema {
  const [first = anything] = options
  if (options.length === 1) return first
  const isNull = ({ type }: JsonSchema) => type === 'null'
  const values = options.filter((one) => 'const' in one)
  if (values.length > 1 && options.every((one) => 'const' in one || isNull(one))) {
    return { enum: options.map((one) => ('const' in one ? one['const'] : null)) }
  }
  const other = options.find((one) => !isNull(one))
  if (options.length === 2 && options.some(isNull) && isPlain(other)) {
    return { type: [other?.['type'], 'null'] }
  }
  return { anyOf: options }
}

const isPlain = (schema: JsonSchema = anything) =>
  Object.keys(schema).length === 1 && typeof schema['type'] === 'string'
