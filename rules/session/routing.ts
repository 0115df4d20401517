// Who goes before whom?

/** Priority band × 2⁴⁴ + milliseconds: an integer below 2⁵³ that orders one lane. */
export const rankOf = (band: number, at: number) => band * 2 ** 44 + at

export const topPriority = 9

/** A customer of higher priority goes before all of lower. Inside it the first comes first, or whose reply window ends first. */
export function rankFor(
  customer: { priority: number; window_end: number | null },
  windowFirst: boolean,
  since: number,
): number {
  return rankOf(
    topPriority - customer.priority,
    windowFirst ? (customer.window_end ?? since) : since,
  )
}
