// Tests how WAV headers are read: as real programs write them, and malformed ones.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { readWav, soundIn, type Wav } from '../../rules/reply/wav.ts'
import { chunk, format, riff, wavOf, type Sound } from '../support/wav.ts'

const read = (bytes: Buffer): Wav => {
  const wav = readWav(bytes)
  if (typeof wav === 'string') throw new Error(wav)
  return wav
}
const patched = (bytes: Buffer, change: (copy: Buffer) => unknown): Buffer => {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

void test('every sample width, float samples, an extensible header and extra chunks in a WAV give the same sound', () => {
  const kinds: Sound[] = [
    { bits: 8 },
    { bits: 16 },
    { bits: 24 },
    { bits: 32 },
    { bits: 32, float: true },
    { bits: 64, float: true },
    { bits: 24, extensible: true },
    { bits: 32, float: true, extensible: true },
    { before: [chunk('LIST', Buffer.from('odd')), chunk('fact', Buffer.alloc(4))] },
  ]
  for (const kind of kinds) {
    for (const channels of [1, 2]) {
      const bytes = wavOf({ ...kind, channels, hertz: [440, 660], seconds: 0.1 })
      const wav = read(bytes)
      assert.deepEqual([wav.channels, wav.rate, wav.samples], [channels, 16_000, 1600])
      soundIn(bytes, wav, { from: 100, count: 5000 }).forEach((sound, channel) => {
        assert.equal(sound.length, 1500)
        sound.forEach((value, at) => {
          const pitch = channel === 0 ? 440 : 660
          const wanted = 0.5 * Math.sin((2 * Math.PI * pitch * (at + 100)) / 16_000)
          assert.ok(Math.abs(value - wanted) < 0.01, `${JSON.stringify(kind)} ${at}`)
        })
      })
    }
  }
})

void test('a WAV with more than two channels is mixed into one, and samples that are not numbers become silence', () => {
  const six = wavOf({ channels: 6, hertz: [440], seconds: 0.1 })
  const [mixed, ...others] = soundIn(six, read(six), { from: 0, count: 1600 })
  assert.equal(others.length, 0)
  assert.ok(Math.abs((mixed?.[9] ?? 0) - 0.5 * Math.sin((2 * Math.PI * 440 * 9) / 16_000)) < 0.01)
  const odd = riff(
    format({ float: true, bits: 32 }),
    chunk('data', Buffer.from(new Float32Array([NaN, Infinity, -7, 0.5]).buffer)),
  )
  const [sound] = soundIn(odd, read(odd), { from: 0, count: 4 })
  assert.deepEqual([...(sound ?? [])], [0, 0, -1, 0.5])
})

void test('a WAV whose writer did not know its length is read to the end of the file', () => {
  for (const size of [0, 0xffffffff]) {
    assert.equal(read(patched(wavOf(), (copy) => copy.writeUInt32LE(size, 40))).samples, 16_000)
  }
})

void test('broken, truncated, compressed and empty WAVs are refused with different reasons', () => {
  const good = wavOf({ seconds: 0.1 })
  const cases: [what: string, bytes: Buffer, fault: string][] = [
    ['nothing', Buffer.alloc(0), 'broken'],
    ['only its beginning', good.subarray(0, 20), 'broken'],
    ['no sound after its format', riff(format({})), 'broken'],
    ['no format before its sound', riff(chunk('data', Buffer.alloc(8)), format({})), 'broken'],
    ['no channels', patched(good, (copy) => copy.writeUInt16LE(0, 22)), 'broken'],
    ['blocks of another size', patched(good, (copy) => copy.writeUInt16LE(3, 32)), 'broken'],
    ['an endless format', patched(good, (copy) => copy.writeUInt32LE(0xfffffff0, 16)), 'broken'],
    ['half of its sound', good.subarray(0, good.length / 2), 'cut_off'],
    ['ADPCM', patched(good, (copy) => copy.writeUInt16LE(2, 20)), 'not_pcm'],
    ['µ-law', patched(good, (copy) => copy.writeUInt16LE(7, 20)), 'not_pcm'],
    ['12 bits', patched(good, (copy) => copy.writeUInt16LE(12, 34)), 'not_pcm'],
    ['16 bits of float', patched(good, (copy) => copy.writeUInt16LE(3, 20)), 'not_pcm'],
    ['a rate of nothing', patched(good, (copy) => copy.writeUInt32LE(0, 24)), 'not_pcm'],
    ['nine channels', wavOf({ channels: 9, seconds: 0.1 }), 'not_pcm'],
    ['an unknown GUID', patched(wavOf({ extensible: true }), (copy) => (copy[50] = 9)), 'not_pcm'],
    ['a short extensible one', patched(good, (copy) => copy.writeUInt16LE(0xfffe, 20)), 'not_pcm'],
    ['no samples', riff(format({}), chunk('data', Buffer.alloc(0))), 'silent'],
    ['half a sample', riff(format({}), chunk('data', Buffer.alloc(1))), 'silent'],
  ]
  for (const [what, bytes, fault] of cases) assert.equal(readWav(bytes), fault, what)
})

void test('no damage to a WAV makes the reader crash or read beyond the file', () => {
  const good = wavOf({ seconds: 0.01, extensible: true, before: [chunk('LIST', Buffer.alloc(9))] })
  const place = fc.tuple(fc.nat(90), fc.nat(255))
  fc.assert(
    fc.property(fc.array(place, { maxLength: 8 }), fc.nat(good.length), (damage, length) => {
      const bytes = patched(good, (copy) => {
        for (const [at, byte] of damage) copy[at] = byte
      }).subarray(0, length)
      const wav = readWav(bytes)
      if (typeof wav === 'string') return
      assert.ok(wav.samples > 0 && wav.at + (wav.samples * wav.channels * wav.bits) / 8 <= length)
      soundIn(bytes, wav, { from: 0, count: 100 })
    }),
    { numRuns: 2000 },
  )
})
