// A text in parts the platform takes, each as long as it may be: cut between paragraphs, else lines, sentences, words, graphemes.

/** Of a text in a passive reply or a customer-service message. */
export const mostTextBytes = 2048

// links, faces and addresses are torn by a cut: what is left of them is shown as it stands
const whole =
  /<a\s[^<>]{1,2048}>[^<]{0,2048}<\/a>|https?:\/\/[\x21-\x7e]{1,2048}|\[[^\s[\]]{1,12}\]|\/:[\x21-\x7e]{1,8}/g

// the words of a break: before white space, or behind what ends a sentence
const breaks: { at: RegExp; behind: boolean }[] = [
  { at: /\n[ \t\r]*\n/g, behind: false },
  { at: /\n/g, behind: false },
  { at: /[。！？!?；;…]+["'”’）)」』]*|\.(?=\s)/g, behind: true },
  { at: /\s|(?<=[，,、：:])/g, behind: false },
]
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const encoder = new TextEncoder()

/**
 * The text in parts of at most `most` bytes of UTF-8. White space at a cut is dropped and so are blank parts. A grapheme that is
 * longer by itself is cut between code points.
 */
export function splitText(text: string, most: number = mostTextBytes): string[] {
  if (!(most >= 4)) throw new RangeError('a part must hold at least 4 bytes')
  const parts: string[] = []
  const room = new Uint8Array(most)
  let rest = text
  for (;;) {
    const fits = encoder.encodeInto(rest, room).read
    if (fits === rest.length) break
    // what is longer than a part cannot stay whole: no need to look farther
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
  // a short part costs one of five messages as a long one does
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
