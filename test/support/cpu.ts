/**
 * Measures the processor time of this process in milliseconds, so that other programs on the
 * machine do not matter.
 */
export function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
