// The page that documents the API and lets people try it. All its files are served by us: nothing
// is loaded from elsewhere, and no script or style is inline.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Express } from 'express'

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>kefu API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="api"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
</html>
`
const start =
  "SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, defaultModelsExpandDepth: -1, validatorUrl: null })\n"

export function serveApiDocs(app: Express): void {
  const files = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui.css')))
  app.get('/api/docs', (_request, response) => {
    response.type('html').send(page)
  })
  app.get('/api/docs/start.js', (_request, response) => {
    response.type('js').send(start)
  })
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    app.get(`/api/docs/${name}`, (_request, response) => {
      response.sendFile(name, { root: files, maxAge: '1d' })
    })
  }
}
