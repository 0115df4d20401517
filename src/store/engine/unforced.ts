/**
 * The message that the checkpoint thread sends when it cannot go on alone. `error` says why copying
 * failed; it is null if the writer should copy the rest of the log.
 */
export type Folded = { error: string | null; unforced: boolean }

/**
 * Whether an error means that the disk failed to store data that were forced. Trying again would
 * prove nothing, because the disk may then report success although data are lost.
 */
export const isUnforced = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_IOERR_FSYNC')
