// A fault that somebody could write tomorrow: a change of one file, and the tests that must not let it live.
export type Edit = {
  file: string
  /** Stands in the file exactly once. */
  find: string
  put: string
}

export type Fault = Edit & {
  name: string
  /** What is wrong with it, in a sentence. */
  means: string
  /** Where two guards stand for each other, the other one goes, too. */
  also?: Edit[]
  /** Where it shows; both are meant by embedded where it is no matter of locks or processes. */
  edition?: 'cluster'
  /** Written `suite/file: the beginning of a title`; without a title the whole file. */
  caughtBy: string[]
  /** How a test tells of it, where that is not by what it asserts. */
  shows?: 'the process ends' | 'nothing ends'
}

export const editionOf = (fault: Fault) => fault.edition ?? 'embedded'

export class NoLongerApplies extends Error {}

/** The files that it changes, with the fault in them. */
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

/** The source of a test, and the beginning of its title. */
export function readTest(caughtBy: string): Named {
  const at = caughtBy.indexOf(': ')
  const [name, title] =
    at === -1 ? [caughtBy, null] : [caughtBy.slice(0, at), caughtBy.slice(at + 2)]
  return { file: `test/${name}.test.ts`, title }
}
