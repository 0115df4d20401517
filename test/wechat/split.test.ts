// A text that is too long for one message is split like a person would do it.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { mostTextBytes, splitText } from 'wechat-api-ts'
import { cpuMs } from '../support/cpu.ts'
import { vectors } from './vectors.ts'

const bytes = (text: string) => Buffer.byteLength(text)
const bare = (text: string) => text.replace(/\s/g, '')
const graphemes = (text: string) =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(
    ({ segment }) => segment,
  )

test('a text that fits into one message is not split, and an empty text gives no message', () => {
  for (const text of ['a', ' a\n', 'a'.repeat(2048), '好'.repeat(682), '😀'.repeat(512)]) {
    assert.deepEqual(splitText(text), [text])
  }
  for (const text of ['', ' ', '\n'.repeat(5000)]) assert.deepEqual(splitText(text), [])
  assert.equal(mostTextBytes, 2048)
})

test('the length of a text is measured in bytes of UTF-8, like WeChat does', () => {
  for (const { text, bytes: size } of vectors.utf8_lengths) {
    assert.equal(bytes(text), size)
    if (size < 4) continue
    assert.deepEqual(splitText(text, size), [text])
    assert.equal(splitText(`${text}${text}`, size).length, 2)
  }
})

test('a text is split between paragraphs, else lines, sentences or words, unless that would make a very short part', () => {
  const [a, b] = ['a'.repeat(60), 'b'.repeat(60)]
  assert.deepEqual(splitText(`${a}\n${a}\n \n${b}\n${b}`, 150), [`${a}\n${a}`, `${b}\n${b}`])
  assert.deepEqual(splitText(`${a}. x\n${b}. y`, 100), [`${a}. x`, `${b}. y`])
  assert.deepEqual(splitText(`${a}. ${b}`, 100), [`${a}.`, b])
  assert.deepEqual(splitText('今天天气好。我们出去玩吧！好不好？', 32), [
    '今天天气好。',
    '我们出去玩吧！',
    '好不好？',
  ])
  assert.deepEqual(splitText(`${a} ${b}`, 100), [a, b])
  assert.deepEqual(splitText(`x\n\n${a}${b}`, 100), [`x\n\n${a}${b.slice(0, 37)}`, b.slice(37)])
})

test('links, URLs, emoticons and e-mail addresses are not split', () => {
  const whole = [
    '<a href="https://example.com/x?y=1">看 这 里</a>',
    '[旺柴]',
    '/:rose',
    'https://example.com/a,b;c',
    '/::)',
    'wang.lei+1@mail.example.com',
  ]
  for (const one of whole) {
    for (let before = 0; before < 60; before++) {
      const parts = splitText(`${'好'.repeat(before)}${one}${'好'.repeat(60)}`, 120)
      assert.ok(
        parts.length > 1 && parts.some((part) => part.includes(one)),
        `${one} after ${before}: ${parts.join(' | ')}`,
      )
    }
  }
})

test('a word that is longer than a whole message is split nevertheless', () => {
  const link = `<a href="https://example.com/${'x'.repeat(300)}">y</a>`
  const flat = `e${'\u0301'.repeat(100)}`
  for (const text of [link, flat, `https://${'x'.repeat(300)}`]) {
    const parts = splitText(text, 64)
    assert.ok(parts.every((part) => bytes(part) <= 64 && !part.includes('\ufffd')))
    assert.equal(parts.join(''), text)
  }
  assert.throws(() => splitText('abcdef', 3), RangeError)
  assert.throws(() => splitText('abcdef', NaN), RangeError)
})

const pieces = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    ' ',
    '\n',
    '\n\n',
    '。',
    '。\u0301',
    '. ',
    '，',
    '👨‍👩‍👧‍👦',
    '🇨🇳',
    '👍🏽',
    '𠮷',
    'é',
    '\r\n',
    '[Doge]',
    '/::)',
    '<a ',
    '</a>',
    '<a href="u">t</a>',
    'http://x/y',
    '\ud800',
  ),
)
test('splitting a text loses only white space, makes no part too long and cuts no displayed character', () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 60 }),
      fc.integer({ min: 32, max: 200 }),
      (some, most) => {
        const text = some.join('')
        const parts = splitText(text, most)
        assert.equal(bare(parts.join('')), bare(text))
        for (const part of parts) assert.ok(bytes(part) <= most && part.trim() !== '')
        if (graphemes(text).some((one) => bytes(one) > most)) return
        // the parts together have the same displayed characters as the text, except white space
        assert.deepEqual(
          parts.flatMap(graphemes).filter((one) => bare(one)),
          graphemes(text).filter((one) => bare(one)),
        )
      },
    ),
    { numRuns: 2000 },
  )
})

test('any text of a megabyte is split within a second', () => {
  for (const text of [
    'a',
    '好',
    '\n',
    '<a ',
    '\u0301',
    '你好。',
    'http://x',
    '[[',
    '\n\t',
    '🇨',
    '，',
    'a.',
    'a@',
  ]) {
    const took = cpuMs(() => splitText(text.repeat(Math.ceil(1_000_000 / text.length))))
    assert.ok(took < 1000, `${JSON.stringify(text)}: ${took} ms`)
  }
})
