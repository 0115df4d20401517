import type { MessageRow } from '../../../entities/index.ts'

/** The line's `extra`, with the reason why the line did not arrive, as the database writes it. */
export const withWhy = ({ extra }: MessageRow, why: string): string =>
  JSON.stringify({ ...(JSON.parse(extra ?? '{}') as object), why })
