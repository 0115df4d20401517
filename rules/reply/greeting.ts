// The first line on behalf of an agent: their own greeting, or else the company's. An empty
// greeting means none. `{name}` is replaced by the agent's name.
export function greetingOf(own: string | null, company: string, name: string): string | null {
  const words = (own ?? company).trim()
  return words === '' ? null : words.replaceAll('{name}', name)
}
