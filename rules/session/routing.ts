// The rank that orders sessions within a lane: by the customer's priority, then by time.

/** The rank is one integer below 2⁵³: priority band × 2⁴⁴ plus milliseconds. */
export const rankOf = (band: number, at: number) => band * 2 ** 44 + at

export const topPriority = 9

/**
 * Customers of higher priority come before all of lower priority. Within one priority it is first
 * come, first served, or the one whose reply window ends first, as the company chose.
 */
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
