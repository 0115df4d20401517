// What a call is: where it goes, and the types of its question and its answer. Fields keep WeChat's own names, so that its
// documentation is theirs.
import type { Upload } from './multipart.ts'

export type Fields = { readonly [name: string]: string | number | undefined }

export type Question = {
  method: 'GET' | 'POST'
  path: string
  query?: Fields
  json?: object
  upload?: { media: Upload; fields?: Record<string, string> }
  /** `done`: its answer says nothing but that it was done, so it must say so. `file`: it may be bytes instead of JSON. */
  answer?: 'done' | 'file'
  /** Must not be shown, should WeChat repeat it. */
  secrets?: string[]
}

export type Ask = <Out>(question: Question) => Promise<Out>

/** What a call needs: the account it speaks for, and a way to ask. */
export type Wire = {
  appid: string
  /** With an access token. */
  ask: Ask
  /** Without one. */
  askBare: Ask
}

export type Call<In, Out> = (wire: Wire) => (input: In) => Promise<Out>
/** Bytes and what they are said to be. Trust neither the type nor a name. */
export type MediaFile = { bytes: Buffer; contentType: string }

export const get =
  <In extends Fields, Out>(path: string): Call<In, Out> =>
  ({ ask }) =>
  (query) =>
    ask({ method: 'GET', path, query })

/** A GET that asks nothing in particular. */
export const look =
  <Out>(path: string) =>
  ({ ask }: Wire) =>
  (): Promise<Out> =>
    ask({ method: 'GET', path })

export const post =
  <In extends object, Out>(path: string): Call<In, Out> =>
  ({ ask }) =>
  (json) =>
    ask({ method: 'POST', path, json })

/** Its answer is an errcode and nothing else. */
export const tell =
  <In extends object>(path: string): Call<In, void> =>
  ({ ask }) =>
  async (json) => {
    await ask({ method: 'POST', path, json, answer: 'done' })
  }

export type Bound<Topic> = {
  [Name in keyof Topic]: Topic[Name] extends (wire: never) => infer Function ? Function : never
}

export function bind<W, Topic extends Record<string, (wire: W) => unknown>>(
  wire: W,
  topic: Topic,
): Bound<Topic> {
  return Object.fromEntries(
    Object.entries(topic).map(([name, call]) => [name, call(wire)]),
  ) as Bound<Topic>
}
