// A planted fault: a mistake in one file that somebody could make, and the tests that must detect
// it.
export type Edit = {
  file: string
  /** A text that occurs exactly once in the file. */
  find: string
  put: string
}

export type Fault = Edit & {
  name: string
  /** Describes the mistake in a sentence. */
  means: string
  /** Further edits, where a second check would otherwise make up for the missing one. */
  also?: Edit[]
  /**
   * The edition in which the fault shows. It is the embedded one unless locks or several processes
   * are involved.
   */
  edition?: 'cluster'
  /** Written `suite/file: the beginning of a title`; without a title the whole file. */
  caughtBy: string[]
  /** How a test detects the fault, if not by an assertion. */
  shows?: 'the process ends' | 'nothing ends'
}

export const editionOf = (fault: Fault) => fault.edition ?? 'embedded'

export class NoLongerApplies extends Error {}

/** Returns the changed files with the fault in them. */
export function plantIn(
  { name, also = [], ...first }: Fault,
  read: (file: string) => string,
): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { file, find, put } of [first, ...also]) {
    const parts = (texts.get(file) ?? read(file)).split(find)
    if (parts.length !== 2) {
      throw new NoLongerApplies(
        `${name} no longer applies: what it replaces stands ${parts.length - 1} times in ${file}`,
      )
    }
    texts.set(file, parts.join(put))
  }
  return texts
}

export type Named = { file: string; title: string | null }

/** Finds the source file of a test and the beginning of its title. */
export function readTest(caughtBy: string): Named {
  const at = caughtBy.indexOf(': ')
  const [name, title] =
    at === -1 ? [caughtBy, null] : [caughtBy.slice(0, at), caughtBy.slice(at + 2)]
  return { file: `test/${name}.test.ts`, title }
}
