import type { ErrorCode } from './failure.ts'

/**
 * A moment: ISO 8601, UTC, with milliseconds.
 * @schema {"format": "date-time", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"}
 */
export type Time = string

/**
 * A whole number.
 * @schema {"type": "integer"}
 */
export type Whole = number

/** One page of a list; `next` leads to the following one. */
export interface Page<Item> {
  items: Item[]
  /** Give this as `cursor` to get the next page; null on the last page. */
  next: string | null
}

/** The answer of a call that succeeded and has nothing to tell: an empty object. */
export type Done = Record<string, never>

/**
 * One item that failed in a call about several items. The call may have succeeded for other items.
 */
export interface FailedOne {
  id: string
  code: ErrorCode
}

/** A file that is stored by kefu. */
export interface StoredFile {
  id: string
  /** The message type as which the file can be sent. */
  type: FileType
  mime: string
  /** The size of the file in bytes. */
  size: Whole
  name: string
  /** The path from which the file is loaded. */
  url: string
}

export type FileType = 'image' | 'voice' | 'video' | 'file'

/** The answer that says that the process runs; it says nothing about the database. */
export interface HealthAnswer {
  ok: true
}

/**
 * The answer that says that the process can take pushes, because everything they need can be
 * written to.
 */
export interface ReadyAnswer {
  ready: true
}

/** The description of the API itself, by the rules of OpenAPI 3.1. */
export interface OpenapiDocument {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, unknown>
  components: Record<string, unknown>
}
