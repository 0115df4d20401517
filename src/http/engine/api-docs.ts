// The page that documents the API and lets people try it. All its files are served by us: nothing
// is loaded from elsewhere, and no script or style is inline.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>kefu API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
</html>
`
const start =
  "SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, defaultModelsExpandDepth: -1, validatorUrl: null })\n"

export const sendPage: RequestHandler = (_request, response) => {
  response.type('html').send(page)
}

const files = ['swagger-ui.css', 'swagger-ui-bundle.js']
const root = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui.css')))

export const sendPageFile: RequestHandler = ({ params }, response, next) => {
  const file = String(params['file'])
  if (file === 'start.js') response.type('js').send(start)
  else if (files.includes(file)) response.sendFile(file, { root, maxAge: '1d' })
  else next()
}
