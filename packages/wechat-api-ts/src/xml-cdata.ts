import { badXml } from './errors.ts'
import { checkReferences } from './xml-references.ts'

type Section = { before: string; kind: 'cdata' | 'comment' | 'end'; inside: string }

/**
 * Removes comments and turns CDATA into escaped text. White space next to CDATA is formatting and
 * is dropped, white space inside belongs to the message; xml2js cannot distinguish them.
 * Declarations are refused before any parser sees them.
 */
export function withoutCdata(xml: string): string {
  const bare = xml.includes('<!--') ? withoutComments(xml) : xml
  const out: string[] = []
  let afterCdata = false
  for (const section of sections(bare)) {
    const beforeCdata = section.kind === 'cdata'
    out.push(
      withoutLayout(checkReferences(section.before), afterCdata, beforeCdata),
      escapeText(section.inside),
    )
    afterCdata = beforeCdata
  }
  return out.join('')
}

function withoutComments(xml: string): string {
  const out: string[] = []
  for (const { before, kind, inside } of sections(xml)) {
    out.push(before)
    if (kind === 'cdata') out.push('<![CDATA[', inside, ']]>')
  }
  return out.join('')
}

function* sections(xml: string): Generator<Section> {
  let at = 0
  for (;;) {
    const mark = xml.indexOf('<!', at)
    const before = xml.slice(at, mark < 0 ? xml.length : mark)
    if (before.includes('<?')) throw badXml('processing instructions are forbidden')
    if (mark < 0) {
      yield { before, kind: 'end', inside: '' }
      return
    }
    if (before.lastIndexOf('<') > before.lastIndexOf('>')) throw badXml('not well formed')
    const kind = kindAt(xml, mark)
    const start = mark + (kind === 'cdata' ? 9 : 4)
    const end = xml.indexOf(kind === 'cdata' ? ']]>' : '-->', start)
    if (end < 0) throw badXml('not well formed')
    yield { before, kind, inside: xml.slice(start, end) }
    at = end + 3
  }
}

function kindAt(xml: string, mark: number): 'cdata' | 'comment' {
  if (xml.startsWith('<![CDATA[', mark)) return 'cdata'
  if (xml.startsWith('<!--', mark)) return 'comment'
  throw badXml('declarations are forbidden')
}

function withoutLayout(text: string, afterCdata: boolean, beforeCdata: boolean): string {
  const from = afterCdata ? layoutStart(text) : 0
  if (from === text.length) return ''
  const to = beforeCdata ? layoutEnd(text) : text.length
  return text.slice(text.charCodeAt(from) === 60 ? from : 0, to)
}

/** The position where the text begins after leading white space. */
function layoutStart(text: string): number {
  let from = 0
  while (isWhite(text.charCodeAt(from))) from++
  return from
}

/**
 * The position where the text in front of a CDATA section ends. White space at its end is only
 * formatting, and not counted, if it follows a tag or is all there is; after words it belongs to
 * them.
 */
function layoutEnd(text: string): number {
  let to = text.length
  while (isWhite(text.charCodeAt(to - 1))) to--
  return to === 0 || text.charCodeAt(to - 1) === 62 ? to : text.length
}

function isWhite(code: number): boolean {
  return code === 10 || code === 32 || code === 13 || code === 9
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
