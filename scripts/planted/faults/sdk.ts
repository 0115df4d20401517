// Faults in wechat-api-ts: pushes from WeChat must be read, and those of anybody else refused.
import type { Fault } from '../fault.ts'

const sdk = (name: string) => `packages/wechat-api-ts/src/${name}.ts`

export const sdkFaults: Fault[] = [
  {
    name: 'repeated-elements-refused',
    means: 'An element that repeats at the top of a push makes it unreadable.',
    file: sdk('xml-node'),
    find: 'else if (standOnce.has(name)) return false',
    put: 'else if (standOnce) return false',
    caughtBy: ['wechat/xml: an element that occurs several times at the top of a'],
  },
  {
    name: 'word-of-ours-in-a-push',
    means: 'A push that holds the word in which we wrap it is refused.',
    file: sdk('xml-tree'),
    find: 'const flat = withoutCdata(xml)',
    put: "if (xml.includes('kefu_document')) throw badXml('a word of ours'); const flat = withoutCdata(xml)",
    caughtBy: ['wechat/xml: no text of a follower makes a push unreadable, whether'],
  },
  {
    name: 'values-cut-before-reading',
    means: 'Characters are dropped from the document before it is read.',
    file: sdk('xml'),
    find: 'const start = xml.trimStart()',
    put: "const start = xml.replace(/[\\0-\\x08\\v\\f\\x0e-\\x1f]/g, '').trimStart()",
    caughtBy: ['wechat/xml: no text of a follower makes a push unreadable, whether'],
  },
  {
    name: 'json-refused',
    means: 'A push in JSON is read as XML, and refused.',
    file: sdk('fields'),
    find: "if (formatOf(body) === 'xml') return readXml(body)",
    put: 'if (body) return readXml(body)',
    caughtBy: ['wechat/json: the same push is read alike in its JSON and its XML form'],
  },
  {
    name: 'empty-token',
    means: 'A webhook without a token lets in whoever signs with nothing.',
    file: sdk('push'),
    find: 'if (!token) {',
    put: 'if (token === undefined) {',
    caughtBy: ['wechat/webhook: a webhook with no token, no key, a wrong key or no mode'],
  },
  {
    name: 'kept-sealed-push',
    means: 'A sealed push that somebody has kept runs the handler again when it is forgotten.',
    file: sdk('webhook'),
    find: 'once = onceInMemory({ forSeconds: 2 * freshForSeconds + 60 }),',
    put: 'once = onceInMemory({ forSeconds: 60 }),',
    caughtBy: ['wechat/webhook: an encrypted push that somebody recorded does not run'],
  },
  {
    name: 'old-sealed-push',
    means: 'A sealed push of any age is taken.',
    file: sdk('webhook'),
    find: 'if (!isFresh(query, freshForSeconds) || ',
    put: 'if (!(sealed || isFresh(query, freshForSeconds)) || ',
    caughtBy: ['wechat/webhook: an encrypted push that somebody recorded does not run'],
  },
  {
    name: 'unsigned-bodies-are-read',
    means: 'An envelope is read whole before its signature is checked.',
    file: sdk('fields'),
    find: "formatOf(body) === 'xml' ? encryptedInXml(body) : encryptedInJson(body)",
    put: "(readFields(body)['Encrypt'] as string | undefined) ?? null",
    caughtBy: ['wechat/webhook: a large unsigned body is refused without the cost of'],
  },
  {
    name: 'protocol-changed',
    means: 'An answer 101 leaves the call without an end.',
    file: sdk('http'),
    find: "call.request.on('upgrade', (_response, socket) => {\n      socket.destroy()\n      fail(new Error('unasked_upgrade'))",
    put: "call.request.on('upgrade', () => {\n      clearTimeout(limit)",
    shows: 'nothing ends',
    caughtBy: ['wechat/client: with a server that'],
  },
  {
    name: 'signature-unchecked',
    means: 'The signature of a plain push is not looked at.',
    file: sdk('sign'),
    find: 'return sameSignature(given, signature([token, timestamp, nonce]))',
    put: 'return true',
    caughtBy: ['api/bad-input: a push with a wrong signature is answered 403 and'],
  },
]
