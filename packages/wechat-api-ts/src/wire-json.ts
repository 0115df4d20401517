// Reads and writes JSON for WeChat. Its 64-bit numbers would lose digits as JavaScript numbers, so
// they are strings here.
import { utf8Json } from './text.ts'

// These patterns find fields by their quoted names. They cannot match inside a text, because quotes
// there are escaped.
const numbersRead = /"(msgid|msg_id|msg_data_id|publish_id|menuid|kf_id)"\s*:\s*(\d+)/g
const numbersWritten = /"(msgid|msg_id)":"(\d{1,20})"/g

export function writeJson(value: object): string {
  return utf8Json(value).replace(numbersWritten, '"$1":$2')
}

/** Reads a JSON object, with 64-bit ids as strings; null if the text is not a JSON object. */
export function readJson(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text.replace(numbersRead, '"$1":"$2"'))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
