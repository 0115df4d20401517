// Sends bytes to a port and reads what comes back, so that tests can send what no HTTP client
// sends.
import { connect } from 'node:net'

export type RawConnection = {
  send: (text: string) => void
  /** Everything that has come back so far. */
  heard: () => string
  /** Resolves when the other side has ended the connection. */
  ended: Promise<void>
  close: () => void
}

export async function openRawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece))
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve).once('error', resolve)
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return {
    send: (text) => socket.write(text),
    heard: () => heard,
    ended,
    close: () => socket.destroy(),
  }
}

export type AsText = { path: string; body: string; headers?: string[] }

/** A POST as text, with a correct length, and with these headers in addition. */
export const postText = ({ path, body, headers = [] }: AsText): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: kefu.test',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n')
