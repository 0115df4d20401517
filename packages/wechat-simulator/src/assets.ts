import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failWith } from './http.ts'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  jpg: 'image/jpeg',
}

/**
 * The page and the samples are not compiled, so their folders are next to those of the compiled
 * code.
 */
const folder = (name: 'page' | 'samples'): string =>
  fileURLToPath(new URL(`../${name}`, import.meta.url))

const samples = new Map<string, Buffer>()
/** A sample picture, voice or video, used if the caller gives none. */
export function sample(name: string): Buffer {
  const bytes = samples.get(name) ?? readFileSync(join(folder('samples'), name))
  samples.set(name, bytes)
  return bytes
}

/**
 * Serves the decoder for voices, if it is installed. Browsers cannot play AMR, and the package is
 * large, so whoever wants to hear voices installs it next to the simulator.
 */
function serveDecoder(response: ServerResponse): void {
  const script = readDecoder()
  response.writeHead(200, { 'content-type': types['js'], 'x-content-type-options': 'nosniff' })
  response.end(script)
}

function readDecoder(): Buffer {
  try {
    const url = import.meta.resolve('benz-amr-recorder/BenzAMRRecorder.min.js')
    return readFileSync(new URL(url))
  } catch {
    throw failWith(404, 'not_found', 'no decoder is installed')
  }
}

export function servePage(response: ServerResponse, path: string): void {
  if (path === '/amr.js') {
    serveDecoder(response)
    return
  }
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = types[name.split('.').at(-1) ?? '']
  const file = join(folder('page'), name)
  const isPage = /^[a-z][a-z-]*\.[a-z]+$/.test(name) && type !== undefined && existsSync(file)
  if (!isPage) throw failWith(404, 'not_found', `no ${path}`)
  response.writeHead(200, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy':
      "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src blob:; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
  response.end(readFileSync(file))
}
