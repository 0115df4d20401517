import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failWith } from './http.ts'

const files: Record<string, [name: string, type: string]> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
}

/** Compiled code runs from another folder than its source; the page is never compiled and stays there. */
function findFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const folder = join(at, 'scripts', 'simulator', 'page')
    if (existsSync(join(folder, 'index.html'))) return folder
  }
  const here = join(process.cwd(), 'scripts', 'simulator', 'page')
  if (existsSync(here)) return here
  throw failWith(404, 'not_found', 'the page is not installed')
}

export function servePage(response: ServerResponse, path: string): void {
  const file = files[path]
  if (file === undefined) throw failWith(404, 'not_found', `no ${path}`)
  const body = readFileSync(join(findFolder(), file[0]))
  response.writeHead(200, {
    'content-type': file[1], 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
  response.end(body)
}
