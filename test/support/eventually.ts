/** Asks until it holds; the last failure is the test's. */
export async function eventually<T>(ask: () => Promise<T> | T, withinMs = 10_000): Promise<T> {
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
