import type { AppError } from '../errors.ts'
import type { Needs } from '../ports.ts'

/** A unique key decides who was first; whoever was not is told so, however late in their work it shows. */
export async function refuseTaken<T>(
  { store }: Needs<'store'>,
  taken: () => AppError,
  work: Promise<T>,
): Promise<T> {
  return work.catch((error: unknown) => {
    throw store.isDuplicate(error) ? taken() : error
  })
}
