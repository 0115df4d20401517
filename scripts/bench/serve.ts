import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free local port, reports its URL, and ends on SIGTERM. */
export function tellUrl(server: Server, close: () => Promise<void>): void {
  server.listen(0, '127.0.0.1', () => {
    sayReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  endOnSignal(close)
}

export const sayReady = (url: string) => process.stdout.write(`ready ${url}\n`)

export function endOnSignal(close: () => Promise<void>): void {
  // Answers every message with the processor time used so far. It is read before and after the
  // measured period, so that starting the server does not count.
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMicros: user + system })
  })
  process.once('disconnect', () => process.exit(1))
  process.once('SIGTERM', () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}
