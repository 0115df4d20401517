import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'

export type Log = { append: (record: unknown) => void; close: () => void }

export function readLines(path: string | null): unknown[] {
  if (path === null || !existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => {
      // If the process died while writing, the last line is incomplete and is ignored.
      try {
        return text === '' ? [] : [JSON.parse(text) as unknown]
      } catch {
        return []
      }
    })
}

export function openLog(path: string | null): Log {
  if (path === null) return { append: () => undefined, close: () => undefined }
  const torn = existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'utf8').slice(-1))
  const file = openSync(path, 'a')
  if (torn) writeSync(file, '\n')
  return {
    append: (record) => {
      writeSync(file, `${JSON.stringify(record)}\n`)
    },
    close: () => {
      closeSync(file)
    },
  }
}
