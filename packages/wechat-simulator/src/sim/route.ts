import { failWith } from '../http.ts'
import type { Body } from '../http.ts'
import type { Store } from '../state/store.ts'

export type Asked = { query: URLSearchParams; body: Body; id: string; second: string }
export type Reply = { status: number; value: unknown }
export type Run = (store: Store, asked: Asked) => Reply | Promise<Reply>
export type Route = [method: string, path: RegExp, run: Run]

export const ok = (value: unknown): Reply => ({ status: 200, value })
export const made = (value: unknown, isNew = true): Reply => ({ status: isNew ? 201 : 200, value })

/**
 * Makes a route such as `/sim/followers/:id/send`, where each `:name` stands for one part of the
 * path.
 */
export function route(method: string, path: string, run: Run): Route {
  return [method, new RegExp(`^/sim${path.replace(/:\w+/g, '([^/]+)')}$`), run]
}

export function wholeNumber(query: URLSearchParams, name: string, instead: number): number {
  const value = Number(query.get(name) ?? instead)
  if (!Number.isInteger(value) || value < 0) {
    throw failWith(400, 'invalid_input', `${name} must be a whole number`)
  }
  return value
}
