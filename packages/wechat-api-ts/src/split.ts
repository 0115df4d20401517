// Splits a text into parts that WeChat accepts. It cuts between paragraphs if that leaves a part at
// least half full, otherwise between lines, sentences, words or characters.

/** How many bytes a text may have in a passive reply or a customer-service message. */
export const mostTextBytes = 2048

// links, emoticons and e-mail addresses, which must not be cut, because the pieces would be shown
// as plain text, or could not be tapped or copied
const whole =
  /<a\s[^<>]{1,2048}>[^<]{0,2048}<\/a>|https?:\/\/[\x21-\x7e]{1,2048}|\[[^\s[\]]{1,12}\]|\/:[\x21-\x7e]{1,8}|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}/g

// where a text may be cut, the best places first: before white space, or after punctuation
const breaks: { at: RegExp; behind: boolean }[] = [
  { at: /\n[ \t\r]*\n/g, behind: false },
  { at: /\n/g, behind: false },
  { at: /[。！？!?；;…]+["'”’）)」』]*|\.(?=\s)/g, behind: true },
  { at: /\s|(?<=[，,、：:])/g, behind: false },
]
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const encoder = new TextEncoder()

/**
 * Splits a text into parts of at most `most` bytes of UTF-8. White space at a cut and blank parts
 * are dropped. A single displayed character that is too long is cut between code points.
 */
export function splitText(text: string, most: number = mostTextBytes): string[] {
  if (!(most >= 4)) throw new RangeError('a part must hold at least 4 bytes')
  const parts: string[] = []
  const room = new Uint8Array(most)
  let rest = text
  for (;;) {
    const fits = encoder.encodeInto(rest, room).read
    if (fits === rest.length) break
    // Only as much text as two parts hold is examined. A link that goes on beyond that is longer
    // than a part and must be cut anyway.
    const at = cutAt(rest.slice(0, fits + most), fits)
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).trimStart()
  }
  return [...parts, rest].filter((part) => part.trim() !== '')
}

function cutAt(near: string, fits: number): number {
  const wholes = [...near.matchAll(whole)].map(({ 0: found, index }) => ({
    from: index,
    to: index + found.length,
  }))
  const isTorn = (at: number) => wholes.find(({ from, to }) => from < at && at < to)
  const segments = graphemes.segment(near)
  const start = (at: number) => segments.containing(at)?.index ?? at
  // A cut is good if the part is at least half full: WeChat allows only five messages in a row, and
  // a short part uses up one of them just like a long one.
  const isGood = (at: number) => at >= fits / 2 && at <= fits && start(at) === at && !isTorn(at)
  for (const { at, behind } of breaks) {
    const cut = [...near.slice(0, fits + 1).matchAll(at)]
      .map(({ 0: found, index }) => index + (behind ? found.length : 0))
      .findLast(isGood)
    if (cut !== undefined) return cut
  }
  let at = start(fits)
  for (let torn = isTorn(at); torn; torn = isTorn(at)) at = start(torn.from)
  return at || start(fits) || fits
}
