import type { AppError } from '../errors.ts'
import type { Needs } from '../ports.ts'

/**
 * A unique key decides who was first. If a write fails because of it, the caller gets the matching
 * error, even if the failure appears only at the end of the transaction.
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
