export {
  WechatInputError,
  WechatRefused,
  WechatUnreachable,
  type WechatInputCode,
} from './errors.ts'

// For programs that receive pushes and answer them.
export {
  openPush,
  openSigned,
  type AccountKeys,
  type EnvelopeKeys,
  type OpenedPush,
} from './push.ts'
export { decryptMessage, encryptMessage, encryptWith } from './envelope.ts'
export { signature, sameSignature, verifyQuery, isFresh } from './sign.ts'
export { readFields, type PushFormat } from './fields.ts'
export { readXml, readXmlFully } from './xml.ts'
export { nodeOf, nodesOf, numberOf, textOf, type XmlNode, type XmlValue } from './xml-node.ts'
export { dedupKey } from './dedup.ts'
export { toInbound } from './inbound.ts'
export type {
  FromArticle,
  Inbound,
  InboundEvent,
  InboundFile,
  InboundImage,
  InboundLink,
  InboundLocation,
  InboundMessage,
  InboundText,
  InboundUnknown,
  InboundVideo,
  InboundVoice,
} from './inbound.ts'
export type { EventDetails } from './events.ts'
export { renderReply, type Article, type PassiveReply } from './reply.ts'
export { replyFault } from './reply-fault.ts'
export { mostTextBytes, splitText } from './split.ts'
export { webhook, type WebhookAnswer, type WebhookHandler, type WebhookOptions } from './webhook.ts'
export type { WebhookRequest } from './door.ts'
export { onceInMemory, type MaybeReply, type Once } from './once.ts'
export {
  appidInUrl,
  messageUrl,
  openNotice,
  releaseTest,
  releaseTestAccounts,
  type PlatformNotice,
  type ReleaseTest,
} from './platform.ts'

// For programs that call WeChat's API.
export { lookUp, type Advice, type Phrase, type Retry } from './errcodes.ts'
export { createClient, type ClientOptions, type WechatClient } from './client.ts'
export {
  createPlatform,
  type AuthorizedClient,
  type PlatformOptions,
  type WechatPlatform,
} from './platform-client.ts'
export { authorizePage, authorizePageInWechat, type Authorizing } from './platform-pages.ts'
export { memoryTokenStore, type StoredToken, type TokenStore } from './tokens.ts'
export { fetchVideo } from './video.ts'
export { qrcodePicture, type QrCode } from './calls/qrcodes.ts'
export {
  oauthPage,
  type RefreshedWebToken,
  type WebToken,
  type WebUser,
} from './calls/by-secret.ts'
export type { TokenKind } from './account-token.ts'
export type { AccountCalls } from './topics.ts'
export type { MediaFile } from './call.ts'
export type { Upload } from './multipart.ts'
export type { CustomContent, CustomMessage, Music } from './calls/custom.ts'
export type { KfAccount, KfOnline, KfRecord, KfWaiting } from './calls/kf.ts'
export type { Media, MediaKind, Uploaded } from './calls/media.ts'
export type {
  Material,
  MaterialCount,
  MaterialItem,
  MaterialKind,
  NewsItem,
  Publication,
  ShownNewsItem,
} from './calls/material.ts'
export type { Language, Openids, SubscribeScene, UserInfo } from './calls/users.ts'
export type {
  ConditionalMenu,
  CurrentButton,
  CurrentMenu,
  CurrentNews,
  MatchRule,
  Menu,
  MenuButton,
  MenuEvent,
  SetMenus,
} from './calls/menu.ts'
export type {
  OneTimeNotice,
  SubscriptionNotice,
  Template,
  TemplateData,
  TemplateMessage,
} from './calls/templates.ts'
export type { MassContent, MassImages, MassSent, MassStatus } from './calls/mass.ts'
export type {
  ArticleReads,
  ArticleShares,
  Callbacks,
  FollowerChange,
  Messages,
  MessageSpread,
} from './calls/statistics.ts'
export type { Check, FailedCall, Operator, Quota } from './calls/diagnosis.ts'
export type { Authorization, Authorizer, AuthorizerInfo, GrantedScope } from './platform-calls.ts'
