import { existsSync, readFileSync } from 'node:fs'

type Sealed = {
  name: string
  token: string
  encodingAESKey: string
  appid: string
  random16: string
  timestamp: string
  nonce: string
  plaintext: string
  encrypt: string
  msg_signature: string
  url_query?: Record<string, string>
  body?: string
}
type Inbound = {
  name: string
  xml?: string
  xmlParts?: (string | { repeat: string; times: number })[]
  expect: {
    ok: boolean
    kind?: string
    type?: string
    fields?: Record<string, unknown>
    dedupKey?: string
    refuse?: string
    warnings?: string[]
  }
}
export type Vectors = {
  constants: Record<
    | 'token'
    | 'encodingAESKey'
    | 'encodingAESKey_second'
    | 'appid'
    | 'component_appid'
    | 'originalId'
    | 'openid',
    string
  >
  signatures: {
    name: string
    token: string
    timestamp: string
    nonce: string
    signature: string
    valid: boolean
  }[]
  encryption: Sealed[]
  encryption_rejections: (Omit<Sealed, 'appid'> & { expected_appid: string; refuse: string })[]
  published_vectors: Partial<Sealed>[]
  inbound_xml: Inbound[]
  outbound_cdata: { text: string; element: string }[]
  utf8_lengths: { text: string; bytes: number }[]
  errcodes: { code: number; meaning: string; class: string }[]
}

// Finds the file with the test vectors. It searches in parent directories, because compiled tests
// are in a different directory than their sources.
function find(): URL {
  for (const up of [
    './',
    '../../test/wechat/',
    '../../../test/wechat/',
    '../../../../test/wechat/',
  ]) {
    const url = new URL(`${up}wechat-vectors.json`, import.meta.url)
    if (existsSync(url)) return url
  }
  return new URL(`file://${process.cwd()}/test/wechat/wechat-vectors.json`)
}

export const vectors = JSON.parse(readFileSync(find(), 'utf8')) as Vectors

export function xmlOf(vector: Inbound): string {
  const parts = vector.xmlParts ?? [vector.xml ?? '']
  return parts
    .map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)))
    .join('')
}
