import { z } from 'zod'

/** Lists: `?cursor=&limit=`, default 50, at most 200. */
export const page = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** Of a list that is short by nature: whole, unless a part of it is asked for. */
export const shortPage = page.extend({
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: page.shape.limit.unwrap().optional(),
})

export function partOf<T>(
  items: T[],
  { cursor = '0', limit = items.length }: z.infer<typeof shortPage>,
) {
  const end = Number(cursor) + limit
  return {
    items: items.slice(Number(cursor), end),
    next: end < items.length ? String(end) : null,
  }
}
