import express, { type Express } from 'express'

/**
 * Serves the built console. Files with a hash in their name may be cached forever, the page that
 * refers to them never.
 */
export function serveConsole(app: Express, directory: string): void {
  app.use(
    '/assets',
    express.static(`${directory}/assets`, {
      index: false,
      immutable: true,
      maxAge: '1y',
      fallthrough: true,
    }),
  )
  app.use(
    express.static(directory, {
      index: false,
      setHeaders: (response) => {
        response.setHeader('Cache-Control', 'no-cache')
      },
    }),
  )
  app.get(/^\/(?!api(?:\/|$)|assets\/|wechat(?:\/|$)|ws$)/, (_request, response, next) => {
    response.sendFile(
      'index.html',
      { root: directory, headers: { 'Cache-Control': 'no-cache' }, cacheControl: false },
      (error?: Error) => {
        if (error) next(error)
      },
    )
  })
}
