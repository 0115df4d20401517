/** Asks until it holds; the last failure is the test's. How long is no promise: where one is, the test says so. */
export async function eventually<T>(ask: () => Promise<T> | T, withinMs = 60_000): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
