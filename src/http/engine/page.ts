import { z } from 'zod'

/** Lists: `?cursor=&limit=`, default 50, at most 200. Where a page begins is told by `cursor`, as the last page gave it. */
const pageFrom = (cursor: RegExp) =>
  z.object({
    cursor: z.string().regex(cursor, 'take the one that the last page gave as next.').optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
/** Behind an id. */
export const page = pageFrom(/^[0-9a-f]{32}$/)
/** Behind a number. */
export const pageByNumber = pageFrom(/^\d{1,10}$/)
/** Behind a time or a rank, and an id. */
export const pageBySpot = pageFrom(/^-?\d{1,16}\.[0-9a-f]{32}$/)
/** Behind either, or all of it. */
export const pageByAny = pageFrom(/^(-?\d{1,16}\.)?[0-9a-f]{32}(\.\d{1,10})?$/)

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
