// The front of the server: connections on which pushes come that are whole and plain are answered
// here, for a fraction of what node:http costs. A connection on which anything else comes is handed
// over to node:http with all bytes that have not been answered, and stays there.
import { channel } from 'node:diagnostics_channel'
import { STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { inBackground } from '../../in-background.ts'
import type { Log } from '../../log.ts'
import { readPlainRequest, type PlainRequest } from './plain-request.ts'
import type { Webhook, WebhookReply } from './webhook.ts'

/**
 * Node reports the answers of node:http on a channel of its own; those of the front are reported
 * here.
 */
const answers = channel('kefu.front.answer')
export type FrontAnswer = { server: Server; url: string; status: number }

export type FrontOptions = {
  webhook: Webhook
  isClosing: () => boolean
  log: Log
}
export type Front = {
  /** Ends the connections on which no request is under way. */
  closeIdle: () => void
  closeAll: () => void
}

/**
 * How long the rest of a body is waited for here. A slower one is left to node:http, where each
 * address may have only a few of them.
 */
const restWithinMs = 100

export function openFront(server: Server, options: FrontOptions): Front {
  const connections = new Set<FrontConnection>()
  const [ownListener] = server.listeners('connection')
  if (!ownListener) throw new Error('a server without a listener for connections')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const connection = openConnection(socket, {
      ...options,
      firstWithinMs: server.headersTimeout,
      nextWithinMs: server.keepAliveTimeout,
      report: (url, status) => {
        const answer: FrontAnswer = { server, url, status }
        answers.publish(answer)
      },
      handOver: (unread) => {
        connections.delete(connection)
        ownListener.call(server, socket)
        socket.unshift(unread)
      },
    })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  return {
    closeIdle: () => {
      for (const { isIdle, socket } of connections) if (isIdle()) socket.end()
    },
    closeAll: () => {
      for (const { socket } of connections) socket.destroy()
    },
  }
}

type FrontConnection = { socket: Socket; isIdle: () => boolean }
type ConnectionOptions = FrontOptions & {
  firstWithinMs: number
  nextWithinMs: number
  report: (url: string, status: number) => void
  handOver: (unread: Buffer) => void
}

function openConnection(socket: Socket, options: ConnectionOptions): FrontConnection {
  let unread: Buffer = nothing
  let isAnswering = false
  let rest: NodeJS.Timeout | undefined

  const handOver = () => {
    clearTimeout(rest)
    unlisten()
    options.handOver(unread)
  }
  const readNext = () => {
    if (unread.length === 0) return
    const request = readPlainRequest(unread)
    if (request === 'odd') handOver()
    else if (request === 'part') rest ??= setTimeout(handOver, restWithinMs)
    else take(request)
  }
  const take = ({ url, body, end }: PlainRequest) => {
    clearTimeout(rest)
    rest = undefined
    unread = unread.length === end ? nothing : unread.subarray(end)
    isAnswering = true
    if (socket.timeout !== options.nextWithinMs) socket.setTimeout(options.nextWithinMs)
    const reply = options.webhook({ method: 'POST', url, body: () => body })
    const answered = reply.then((made) => {
      options.report(url, made.status)
      answer(made)
    })
    inBackground(options.log, 'a push', answered)
  }
  const answer = (reply: WebhookReply) => {
    isAnswering = false
    // the sender has gone away meanwhile; a push that has been stored stays so
    if (socket.destroyed || socket.writableEnded) return
    const isLast = reply.status >= 400 || options.isClosing()
    write(socket, reply, isLast)
    if (isLast) return
    socket.resume()
    readNext()
  }
  const unlisten = listen(socket, {
    data: (bytes) => {
      // what crosses the end of a connection is not read: nobody would get its answer
      if (socket.writableEnded) return
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes])
      // a sender that does not wait for its answers must not fill the memory
      if (isAnswering) socket.pause()
      else readNext()
    },
    timeout: () => {
      if (!isAnswering) socket.destroy()
    },
  })
  socket.setTimeout(options.firstWithinMs)
  socket.once('close', () => {
    clearTimeout(rest)
  })
  return { socket, isIdle: () => !isAnswering && unread.length === 0 }
}

/** Returns a function that removes the listeners again. */
function listen(
  socket: Socket,
  { data, timeout }: { data: (bytes: Buffer) => void; timeout: () => void },
): () => void {
  const end = () => socket.end()
  const error = () => socket.destroy()
  socket.on('data', data).on('timeout', timeout).on('end', end).on('error', error)
  return () => {
    socket.off('data', data).off('timeout', timeout).off('end', end).off('error', error)
    socket.setTimeout(0)
  }
}

/** Writes a reply. After the last one of a connection, the connection is ended. */
function write(socket: Socket, reply: WebhookReply, isLast: boolean): void {
  socket.write(textOf(reply, isLast), (error) => {
    if (!error) reply.written?.()
  })
  if (isLast) socket.end()
}

const nothing = Buffer.alloc(0)

function textOf({ status, type, body }: WebhookReply, isLast: boolean): string {
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
    `Content-Type: ${type}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    'X-Content-Type-Options: nosniff\r\n' +
    `Date: ${dateNow()}\r\n` +
    (isLast ? 'Connection: close\r\n' : 'Connection: keep-alive\r\n') +
    `\r\n${body}`
  )
}

let dateAt = 0
let dateText = ''

/** The date for the header; its text is made once a second. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateAt) {
    dateAt = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
