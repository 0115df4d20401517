// Characters that XML 1.0 forbids: control characters, U+FFFE, U+FFFF and (because of the u flag)
// surrogates without a partner.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u
const allForbidden = new RegExp(forbidden.source, 'gu')

export function hasForbidden(text: string): boolean {
  return forbidden.test(text)
}

export function stripForbidden(text: string): string {
  return hasForbidden(text) ? text.replace(allForbidden, '') : text
}

export function cdata(text: string): string {
  return `<![CDATA[${stripForbidden(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

// WeChat refuses \uXXXX in JSON (40033), but JSON.stringify writes control characters and lone
// surrogates that way. So control characters are removed, and lone surrogates become U+FFFD.
export function utf8Json(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'string'
      ? stripForbidden(entry.replace(/[\ud800-\udfff]/gu, '\ufffd'))
      : entry,
  )
}
