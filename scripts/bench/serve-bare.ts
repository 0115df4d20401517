// A server that only sets the upper limit for the webhook benchmark: plain node:http that ignores
// the body and answers success.
import { createServer } from 'node:http'
import { tellUrl } from './serve.ts'

const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    response
      .writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': 7 })
      .end('success')
  })
})
tellUrl(server, () => Promise.resolve())
