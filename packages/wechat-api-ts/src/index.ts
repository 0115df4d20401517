export { signature, sameSignature, verifyQuery } from './sign.ts'
export { WechatInputError, WechatRefused, WechatUnreachable, type WechatInputCode } from './errors.ts'
export { openPush, type AccountKeys, type OpenedPush } from './push.ts'
export { decryptMessage, encryptMessage, encryptWith } from './envelope.ts'
export { readXml, readXmlFully } from './xml.ts'
export type { XmlNode, XmlValue } from './xml-node.ts'
// pushes and answers
export { dedupKey } from './dedup.ts'
export { toInbound } from './inbound.ts'
export type {
  FromArticle, Inbound, InboundEvent, InboundFile, InboundImage, InboundLink, InboundLocation, InboundMessage, InboundText, InboundUnknown,
  InboundVideo, InboundVoice,
} from './inbound.ts'
export type { EventDetails } from './events.ts'
export { renderReply, type Article, type PassiveReply } from './reply.ts'
export { lookUp, type Advice, type Phrase, type Retry } from './errcodes.ts'
export { memoryTokenStore, type StoredToken, type TokenStore } from './tokens.ts'
export { createClient, type ClientOptions, type WechatClient } from './client.ts'
export type { CustomMessage } from './custom.ts'
