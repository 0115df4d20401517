// Runs a compiled script like a person would, in its own directory and with no environment
// variables but those given here.
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'

export type Ran = { code: number; out: string }

export function runScript(
  name: string,
  dir: string,
  settings: Record<string, string> = {},
): Promise<Ran> {
  const [file, ...args] = name.split(' ')
  const script = resolve(import.meta.dirname, '../../scripts', `${file}.js`)
  const env = { DATA_DIR: join(dir, 'data'), LOG_LEVEL: 'silent', ...settings }
  return new Promise((done) => {
    execFile(
      process.execPath,
      [script, ...args],
      { cwd: dir, env, timeout: 60_000 },
      (error, stdout, stderr) => {
        done({
          code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
          out: stdout + stderr,
        })
      },
    )
  })
}
