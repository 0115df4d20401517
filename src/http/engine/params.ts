// Schemas for the parameters in a path. A value that could not exist is answered like one that does
// not: 404.
import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** The schema of an id in a path: 32 hexadecimal digits, as we generate them. */
export const idInput = z.string().regex(/^[0-9a-f]{32}$/)
/**
 * An id in a body. Whether it exists is checked later; here it must only be ASCII, since the
 * database columns are.
 */
export const idGiven = z
  .string()
  .regex(/^[\x21-\x7e]{0,32}$/, 'An id: at most 32 letters and digits.')
const largest = 2 ** 31 - 1
/** In a JSON body, the number of a person or group: positive, and not larger than its column. */
export const numberGiven = z.number().int().positive().max(largest)
/** The number of a person or group in a path, where it comes as text. */
export const number = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .refine((text) => Number(text) <= largest)

export const paramSchemas: Record<string, z.ZodType> = {
  id: idInput,
  uid: number,
  name: z.string().regex(/^[a-z-]{1,32}$/),
  componentAppid: z.string().regex(/^[\w-]{1,32}$/),
}
/**
 * The schema of a parameter in a path, by its name. `id` is a number in the paths of groups and an
 * id of our own form everywhere else.
 */
export const paramSchema = (path: string, name: string): z.ZodType | undefined =>
  name === 'id' && path.startsWith('/api/groups/') ? number : paramSchemas[name]

export function checkParams(path: string, params: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(params)) {
    if (paramSchema(path, name)?.safeParse(value).success) continue
    throw new AppError('not_found', `${name}: there is nothing of this name.`, { field: name })
  }
}
