// Values for testing a setting, derived from its schema: both booleans, every word of an
// enumeration; for a number the default, the minimum and a larger one.
import { z } from 'zod'
import type { Choice } from './pairs.ts'

export const choice = (
  value: unknown,
  label = value === undefined ? 'not given' : JSON.stringify(value),
): Choice => ({
  label,
  value,
})

/**
 * Returns the values with which a setting is tested; null if the schema alone does not tell any.
 */
export function valuesOf(schema: z.core.$ZodType, byDefault?: unknown): unknown[] | null {
  if (schema instanceof z.ZodOptional) return valuesOf(schema.unwrap(), byDefault)
  if (schema instanceof z.ZodDefault) return valuesOf(schema.unwrap(), schema.def.defaultValue)
  if (schema instanceof z.ZodPipe) {
    return valuesOf(schema.in instanceof z.ZodTransform ? schema.out : schema.in, byDefault)
  }
  if (schema instanceof z.ZodNullable) {
    const inner = valuesOf(schema.unwrap(), byDefault)
    return inner && [null, ...inner]
  }
  return plainValues(schema, byDefault)
}

function plainValues(schema: z.core.$ZodType, byDefault: unknown): unknown[] | null {
  if (schema instanceof z.ZodBoolean) return [true, false]
  if (schema instanceof z.ZodEnum) return schema.options
  if (schema instanceof z.ZodLiteral) return [...schema.values]
  if (schema instanceof z.ZodUnion) {
    const all = schema.options.map((one) => valuesOf(one))
    return all.includes(null) ? null : all.flatMap((some) => some ?? [])
  }
  return schema instanceof z.ZodNumber && typeof byDefault === 'number'
    ? numbers(schema, byDefault)
    : null
}

function numbers(schema: z.ZodNumber, byDefault: number): number[] {
  const least = schema.minValue ?? byDefault
  const more = Math.min(byDefault === 0 ? 60 : byDefault * 3, schema.maxValue ?? Infinity)
  return [...new Set([byDefault, least, more])].filter((n) => schema.safeParse(n).success)
}
