/** A part of a form (multipart/form-data), such as an uploaded file with its name and type. */
export type Part = { name: string; filename: string | null; contentType: string; bytes: Buffer }

function parameter(header: string, name: string): string | null {
  const found =
    new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(header) ??
    new RegExp(`;\\s*${name}=([^;\\s]+)`, 'i').exec(header)
  return found?.[1] ?? null
}

function readPart(chunk: Buffer): Part | null {
  const end = chunk.indexOf('\r\n\r\n')
  if (end < 0) return null
  const lines = chunk.subarray(0, end).toString('utf8').split('\r\n')
  const header = (name: string): string =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  const disposition = header('content-disposition')
  const name = parameter(disposition, 'name')
  if (name === null) return null
  return {
    name,
    filename: parameter(disposition, 'filename'),
    contentType: header('content-type'),
    bytes: chunk.subarray(end + 4),
  }
}

/** Reads the parts of a form; null if the body is not multipart/form-data. */
export function readParts(contentType: string, body: Buffer): Part[] | null {
  const boundary = /^multipart\/form-data\b/i.test(contentType)
    ? parameter(contentType, 'boundary')
    : null
  if (boundary === null) return null
  const parts: Part[] = []
  const mark = Buffer.from(`\r\n--${boundary}`)
  const all = Buffer.concat([Buffer.from('\r\n'), body])
  for (let at = all.indexOf(mark); at >= 0;) {
    const next = all.indexOf(mark, at + mark.length)
    if (next < 0) break
    const lineEnd = all.indexOf('\r\n', at + mark.length)
    const part = lineEnd < next ? readPart(all.subarray(lineEnd + 2, next)) : null
    if (part !== null) parts.push(part)
    at = next
  }
  return parts
}
