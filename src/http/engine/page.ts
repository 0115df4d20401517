import { z } from 'zod'

/**
 * Query parameters of lists: `?cursor=&limit=`. The default limit is 50, the largest 200. `cursor`
 * is the value that the previous page returned.
 */
const pageFrom = (cursor: RegExp) =>
  z.object({
    cursor: z.string().regex(cursor, 'take the one that the last page gave as next.').optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
/** Query parameters of lists whose cursor is an id. */
export const page = pageFrom(/^[0-9a-f]{32}$/)
/** Query parameters of lists whose cursor is a number. */
export const pageByNumber = pageFrom(/^\d{1,10}$/)
/** Query parameters of lists whose cursor is a time, a rank or a priority, followed by an id. */
export const pageBySpot = pageFrom(/^-?\d{1,16}\.[0-9a-f]{32}$/)
/**
 * Query parameters of lists whose cursor is an id, optionally with a time or rank before it or a
 * number after it.
 */
export const pageByAny = pageFrom(/^(-?\d{1,16}\.)?[0-9a-f]{32}(\.\d{1,10})?$/)

/**
 * Query parameters of lists that are short and read as a whole. Their cursor is a position in the
 * list.
 */
export const shortPage = pageFrom(/^\d{1,9}$/)

export function partOf<T>(items: T[], { cursor = '0', limit }: z.infer<typeof shortPage>) {
  const end = Number(cursor) + limit
  return {
    items: items.slice(Number(cursor), end),
    next: end < items.length ? String(end) : null,
  }
}
