// Converts one WAV to MP3 in a separate thread and then ends, so that neither the event loop nor
// the next conversion suffers from a bad file.
import { parentPort, workerData } from 'node:worker_threads'
import { createMp3Encoder } from 'wasm-media-encoders'
import { mostVoiceSeconds } from '../../../rules/reply/media.ts'
import { mp3Of, readWav, secondsOf, soundIn, type Wav } from '../../../rules/reply/wav.ts'
import type { Encoded } from './wav-to-mp3.ts'

const samplesAtOnce = 32_768

async function encode(bytes: Uint8Array): Promise<Encoded> {
  const wav = readWav(bytes)
  if (typeof wav === 'string') return { fault: wav }
  if (secondsOf(wav) > mostVoiceSeconds) return { fault: 'too_long', seconds: secondsOf(wav) }
  const pieces = await piecesOf(bytes, wav)
  const mp3 = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    mp3.set(piece, at)
    at += piece.length
  }
  return { mp3 }
}

async function piecesOf(bytes: Uint8Array, wav: Wav): Promise<Uint8Array[]> {
  const encoder = await createMp3Encoder()
  encoder.configure({ ...mp3Of(wav), sampleRate: wav.rate })
  const pieces: Uint8Array[] = []
  for (let from = 0; from < wav.samples; from += samplesAtOnce) {
    // the encoder reuses its own buffer for each result, so the bytes are copied
    pieces.push(encoder.encode(soundIn(bytes, wav, { from, count: samplesAtOnce })).slice())
  }
  pieces.push(encoder.finalize().slice())
  return pieces
}

const encoded = await encode(workerData as Uint8Array)
parentPort?.postMessage(encoded, 'mp3' in encoded ? [encoded.mp3.buffer as ArrayBuffer] : [])
