export { WechatInputError, WechatRefused, WechatUnreachable, type WechatInputCode } from './errors.ts'

// pushes and answers
export { openPush, type AccountKeys, type EnvelopeKeys, type OpenedPush } from './push.ts'
export { decryptMessage, encryptMessage, encryptWith } from './envelope.ts'
export { signature, sameSignature, verifyQuery, isFresh } from './sign.ts'
export { readXml, readXmlFully } from './xml.ts'
export { nodeOf, nodesOf, numberOf, textOf, type XmlNode, type XmlValue } from './xml-node.ts'
export { dedupKey } from './dedup.ts'
export type {
  FromArticle, Inbound, InboundEvent, InboundFile, InboundImage, InboundLink, InboundLocation, InboundMessage, InboundText, InboundUnknown,
  InboundVideo, InboundVoice,
} from './inbound.ts'
export type { EventDetails } from './events.ts'
export { renderReply, type Article, type PassiveReply } from './reply.ts'
export { replyFault } from './reply-fault.ts'
export { mostTextBytes, splitText } from './split.ts'
export { webhook, type WebhookAnswer, type WebhookHandler, type WebhookOptions } from './webhook.ts'
export type { WebhookRequest } from './door.ts'
export { onceInMemory, type MaybeReply, type Once } from './once.ts'
export { appidInUrl, messageUrl, openNotice, releaseTest, releaseTestAccounts, type PlatformNotice, type ReleaseTest } from './platform.ts'

export { lookUp, type Advice, type Phrase, type Retry } from './errcodes.ts'
export { memoryTokenStore, type StoredToken, type TokenStore } from './tokens.ts'
export { createClient, type ClientOptions, type WechatClient } from './client.ts'
export type { CustomMessage } from './custom.ts'
