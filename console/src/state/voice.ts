// Converts AMR into a WAV that the browser can play. The decoder is half a megabyte, so it is
// loaded only when the first voice is played.
const sampleRate = 8000
const headerBytes = 44

function decode(amr: Uint8Array): Promise<Float32Array> {
  const worker = new Worker(new URL('./amr-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Float32Array>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ amr: Float32Array | null }>) => {
      if (data.amr) resolve(data.amr)
      else reject(new Error('not decoded'))
    }
    worker.onerror = () => {
      reject(new Error('not decoded'))
    }
    worker.postMessage({ command: 'decode', buffer: amr })
  }).finally(() => {
    worker.terminate()
  })
}

function asWav(samples: Float32Array): Blob {
  const view = new DataView(new ArrayBuffer(headerBytes + samples.length * 2))
  const words: [number, string][] = [
    [0, 'RIFF'],
    [8, 'WAVE'],
    [12, 'fmt '],
    [36, 'data'],
  ]
  for (const [at, word] of words) {
    for (let n = 0; n < word.length; n += 1) view.setUint8(at + n, word.charCodeAt(n))
  }
  const numbers: [number, number, 2 | 4][] = [
    [4, 36 + samples.length * 2, 4],
    [16, 16, 4],
    [20, 1, 2],
    [22, 1, 2],
    [24, sampleRate, 4],
    [28, sampleRate * 2, 4],
    [32, 2, 2],
    [34, 16, 2],
    [40, samples.length * 2, 4],
  ]
  for (const [at, number, size] of numbers) {
    if (size === 4) view.setUint32(at, number, true)
    else view.setUint16(at, number, true)
  }
  samples.forEach((sample, n) => {
    view.setInt16(headerBytes + n * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true)
  })
  return new Blob([view.buffer], { type: 'audio/wav' })
}

/** Returns an address for an audio element. Release it with URL.revokeObjectURL. */
export async function playable(url: string): Promise<string> {
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`media ${response.status}`)
  return URL.createObjectURL(asWav(await decode(new Uint8Array(await response.arrayBuffer()))))
}
