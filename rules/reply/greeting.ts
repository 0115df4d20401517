// What an agent's side says first: their own words, else the company's; empty words are none. `{name}` is the agent's.
export function greetingOf(own: string | null, company: string, name: string): string | null {
  const words = (own ?? company).trim()
  return words === '' ? null : words.replaceAll('{name}', name)
}
