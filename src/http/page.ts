import { z } from 'zod'

/** Lists: `?cursor=&limit=`, default 50, at most 200. */
export const page = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
