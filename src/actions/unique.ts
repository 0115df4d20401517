import type { AppError } from '../errors.ts'
import type { Needs } from '../ports.ts'

/**
 * Runs a write for which a unique key decides who was first. If the write fails because of the key,
 * the caller gets an error that says what is taken, even if the failure appears only at the end of
 * the transaction.
 */
export async function refuseTaken<T>(
  { store }: Needs<'store'>,
  taken: () => AppError,
  work: Promise<T>,
): Promise<T> {
  return work.catch((error: unknown) => {
    throw store.isDuplicate(error) ? taken() : error
  })
}
