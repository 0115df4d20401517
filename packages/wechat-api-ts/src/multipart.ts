import { randomUUID } from 'node:crypto'
import type { Body } from './http.ts'

export type Upload = { bytes: Uint8Array; filename: string; contentType: string }

/** Builds a form with plain fields and one file in the part `media`, where WeChat expects it. */
export function multipart(media: Upload, fields: Record<string, string> = {}): Body {
  const boundary = `wechat-${randomUUID()}`
  const parts = Object.entries(fields).map(([name, value]) =>
    part(boundary, [`form-data; name="${name}"`], value),
  )
  const head = [
    `form-data; name="media"; filename="${quoted(media.filename)}"`,
    `Content-Type: ${oneLine(media.contentType)}`,
  ]
  const bytes = Buffer.concat([
    ...parts,
    part(boundary, head, media.bytes),
    Buffer.from(`--${boundary}--\r\n`),
  ])
  return { type: `multipart/form-data; boundary=${boundary}`, bytes }
}

function part(
  boundary: string,
  [disposition = '', ...more]: string[],
  content: string | Uint8Array,
): Buffer {
  const head = [`--${boundary}`, `Content-Disposition: ${disposition}`, ...more, '', ''].join(
    '\r\n',
  )
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')])
}

// Escapes a name in a form, because a line break or a quote in it could add headers.
const quoted = (text: string) =>
  text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ')
