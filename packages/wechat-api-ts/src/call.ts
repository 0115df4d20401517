// The description of a call: its address, and the types of its question and answer. Fields have
// WeChat's own names, so that WeChat's documentation applies.
import type { Upload } from './multipart.ts'

export type Fields = { readonly [name: string]: string | number | undefined }

export type Question = {
  method: 'GET' | 'POST'
  path: string
  query?: Fields
  json?: object
  upload?: { media: Upload; fields?: Record<string, string> }
  /**
   * What the answer is if it is not JSON with fields. `done`: it only confirms success, and must do
   * so explicitly. `file`: it may be the bytes of a file.
   */
  answer?: 'done' | 'file'
  /** Values that must not be shown if WeChat repeats them in an error. */
  secrets?: string[]
}

export type Ask = <Out>(question: Question) => Promise<Out>

/** What calls need: the account for which they are made, and the functions that send them. */
export type Wire = {
  appid: string
  /** Sends a call to WeChat with an access token, which most calls need. */
  ask: Ask
  /**
   * Sends a call to WeChat without an access token, for calls that are made with the account's
   * secret.
   */
  askBare: Ask
}

export type Call<In, Out> = (wire: Wire) => (input: In) => Promise<Out>
/**
 * A downloaded file, with the type that the server claims. Neither the type nor the name can be
 * trusted.
 */
export type MediaFile = { bytes: Buffer; contentType: string }

export const get =
  <In extends Fields, Out>(path: string): Call<In, Out> =>
  ({ ask }) =>
  (query) =>
    ask({ method: 'GET', path, query })

/** Makes a function for a call of WeChat that is a GET without parameters. */
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

/**
 * Makes a function for a call of WeChat that is answered with an errcode and nothing else, so that
 * it returns nothing.
 */
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
