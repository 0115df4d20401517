// Types for the npm package wechat, which has none: a middleware that checks the signature, reads
// the XML, decrypts and answers.
import { createRequire } from 'node:module'
import type { RequestHandler } from 'express'

type Answering = { reply: (text: string) => void }
type Wechat = (
  config: object,
  handle: (request: { weixin: Record<string, unknown> }, response: Answering) => void,
) => RequestHandler

export const wechat = createRequire(import.meta.url)('wechat') as Wechat
