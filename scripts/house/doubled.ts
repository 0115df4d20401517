// Finds names that several files declare, because one name for two things confuses readers.
import type { Source } from './sources.ts'

export type Doubled = { name: string; files: string[] }

/** Lists the names that several files declare, those with the most files first. */
export function declaredTwice(sources: Source[], namesOf: (source: Source) => string[]): Doubled[] {
  const files = new Map<string, string[]>()
  for (const source of sources) {
    for (const name of namesOf(source)) {
      files.set(name, [...(files.get(name) ?? []), source.file])
    }
  }
  return [...files]
    .map(([name, some]) => ({ name, files: some }))
    .filter(({ files: some }) => some.length > 1)
    .sort((a, b) => b.files.length - a.files.length || (a.name < b.name ? -1 : 1))
}
