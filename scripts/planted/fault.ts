// A planted fault: a mistake that somebody could make, and the tests that must detect it.
export type Edit = {
  file: string
  /**
   * The text that the fault replaces. It must occur exactly once in the file, so that it is clear
   * which place is meant.
   */
  find: string
  put: string
}

export type Fault = Edit & {
  name: string
  /** Describes the mistake in a sentence. */
  means: string
  /**
   * Further edits, if the product checks the same thing twice and the second check would hide that
   * the first is missing.
   */
  also?: Edit[]
  /**
   * The edition in which the fault shows: embedded, unless it needs MariaDB or MySQL, Redis, row
   * locks or several processes.
   */
  edition?: 'cluster'
  /**
   * The tests that must detect the fault, written `suite/file: the beginning of a title`. Without a
   * title, any test of the file may detect it.
   */
  caughtBy: string[]
  /** How the fault shows if no assertion fails: the test's process ends, or hangs. */
  shows?: 'the process ends' | 'nothing ends'
}

export const editionOf = (fault: Fault) => fault.edition ?? 'embedded'

export class NoLongerApplies extends Error {}

/** Makes the edits of a fault and returns the changed files. */
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

export type NamedTest = { file: string; title: string | null }

/** Finds the source file of a test and the beginning of its title. */
export function readTest(caughtBy: string): NamedTest {
  const at = caughtBy.indexOf(': ')
  const [name, title] =
    at === -1 ? [caughtBy, null] : [caughtBy.slice(0, at), caughtBy.slice(at + 2)]
  return { file: `test/${name}.test.ts`, title }
}
