import { badXml } from './errors.ts'
import { stripForbidden } from './text.ts'

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Replaces character references in a text. Null if one is unknown or stands for a character that
 * XML forbids: then the full reader decides, which drops such a character but refuses a push with
 * an unknown reference.
 */
export function decodeReferences(text: string): string | null {
  const odd: string[] = []
  const decoded = eachReference(text, (whole, value) => {
    if (!value) odd.push(whole)
    return value ?? ''
  })
  return odd.length === 0 ? decoded : null
}

/**
 * Refuses unknown references, because xml2js would accept those of HTML, and drops references to
 * forbidden characters.
 */
export function checkReferences(text: string): string {
  if (!text.includes('&')) return text
  return eachReference(text, (whole, value) => {
    if (value === undefined) throw badXml('unknown entity')
    return value && whole
  })
}

function eachReference(
  text: string,
  replace: (whole: string, value: string | undefined) => string,
): string {
  return text.replace(/&([^;&]*);?/g, (whole, body: string) =>
    replace(whole, whole.endsWith(';') ? valueOf(body) : undefined),
  )
}

function valueOf(body: string): string | undefined {
  if (!body.startsWith('#')) return Object.hasOwn(named, body) ? named[body] : undefined
  if (!/^#(?:[0-9]{1,7}|x[0-9a-fA-F]{1,6})$/.test(body)) return undefined
  const code = Number(body.startsWith('#x') ? `0${body.slice(1)}` : body.slice(1))
  return code <= 0x10ffff ? stripForbidden(String.fromCodePoint(code)) : undefined
}
