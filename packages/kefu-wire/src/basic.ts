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

/** A part of a list. */
export interface Page<Item> {
  items: Item[]
  /** Where the next part begins, to be given as `cursor`; null at the end. */
  next: string | null
}

/** It is done, and there is nothing to tell. */
export type Done = Record<string, never>

/** Of several that were named, one that could not be had. */
export interface FailedOne {
  id: string
  code: ErrorCode
}

/** A file that is kept. */
export interface StoredFile {
  id: string
  /** As what it can be sent. */
  type: FileType
  mime: string
  /** In bytes. */
  size: Whole
  name: string
  /** Where it is loaded from. */
  url: string
}

export type FileType = 'image' | 'voice' | 'video' | 'file'

/** The description of the API itself, by the rules of OpenAPI 3.1. */
export interface OpenapiDocument {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, unknown>
  components: Record<string, unknown>
}
