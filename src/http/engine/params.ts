// What stands in a path, by its name. One that cannot exist is as little there as one that does not: 404.
import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** An id as we deal them out. */
export const id = z.string().regex(/^[0-9a-f]{32}$/)
/** An id in a body: whether it is there is asked later, but SQL is asked in ASCII only. */
export const idGiven = z
  .string()
  .regex(/^[\x21-\x7e]{0,32}$/, 'An id: at most 32 letters and digits.')
const largest = 2 ** 31 - 1
/** A person's or a group's number in a body. */
export const numberGiven = z.number().int().positive().max(largest)
/** And in a path. */
export const number = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .refine((text) => Number(text) <= largest)

export const paramSchemas: Record<string, z.ZodType> = {
  id,
  uid: number,
  name: z.string().regex(/^[a-z-]{1,32}$/),
  componentAppid: z.string().regex(/^[\w-]{1,32}$/),
}
/** Groups count, all else has ids. */
export const paramSchema = (path: string, name: string): z.ZodType | undefined =>
  name === 'id' && path.startsWith('/api/groups/') ? number : paramSchemas[name]

export function checkParams(path: string, params: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(params)) {
    if (paramSchema(path, name)?.safeParse(value).success) continue
    throw new AppError('not_found', `${name}: there is nothing of this name.`, { field: name })
  }
}
