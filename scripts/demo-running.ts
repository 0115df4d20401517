// `npm start` leaves word of its simulated WeChat beside the data, so that the doctor asks that one and not the real platform.
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

/** Null where no demo runs on this data; what a killed one left behind does not count. */
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
