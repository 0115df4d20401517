// `npm start` writes the address of its simulator to a file next to the data, so that the doctor
// asks the simulator and not the real WeChat.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type DemoSettings = {
  HOST: string
  PORT: string
  WECHAT_API_BASE: string
  CLOCK_URL: string
}

const place = (dataDir: string) => join(dataDir, 'demo-running.json')

export function writeRunningDemo(dataDir: string, settings: DemoSettings): void {
  writeFileSync(place(dataDir), JSON.stringify({ pid: process.pid, settings }))
}

export function removeRunningDemo(dataDir: string): void {
  rmSync(place(dataDir), { force: true })
}

/** Null if no demo is running on these data; a file left by a killed demo does not count. */
export function findRunningDemo(dataDir: string): DemoSettings | null {
  try {
    const { pid, settings } = JSON.parse(readFileSync(place(dataDir), 'utf8')) as {
      pid: number
      settings: DemoSettings
    }
    process.kill(pid, 0)
    return settings
  } catch {
    return null
  }
}
