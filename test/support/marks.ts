/** The question marks of an SQL list, one for each value. */
export const marks = (some: unknown[]) => some.map(() => '?').join(', ')
