import type { MessageRow } from '../../../entities/index.ts'

/**
 * The column `extra` of a line with the reason added why the line did not arrive, in the form in
 * which it is stored.
 */
export const withWhy = ({ extra }: MessageRow, why: string): string =>
  JSON.stringify({ ...(JSON.parse(extra ?? '{}') as object), why })
