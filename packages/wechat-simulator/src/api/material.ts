import { isBody, isKnown } from '../http.ts'
import type { Body } from '../http.ts'
import { tell } from '../phone/tell.ts'
import { addMedia, findMedia, removeMedia } from '../state/media.ts'
import { nextNumber, seconds } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { Article, Json, Media } from '../types.ts'
import { sniff } from '../wire/sniff.ts'
import { get, may, needText, post, refuse, upload } from './call.ts'
import type { Answer, Call, Endpoints, Result } from './call.ts'
import { bytesOfMedia, checkFile, mediaPart, uploadType } from './media.ts'

const kinds = ['image', 'voice', 'video', 'news'] as const

function describeVideo(call: Call, media: Media): void {
  const part = call.parts?.find((one) => one.name === 'description')
  let given: unknown
  try {
    given = JSON.parse(part?.bytes.toString('utf8') ?? '')
  } catch {
    refuse(47001)
  }
  if (!isBody(given)) refuse(47001)
  Object.assign(media, {
    title: needText(given, 'title', 40035),
    introduction: may(given, 'introduction', 'string') ?? '',
  })
}

function add(call: Call): Answer {
  const type = uploadType(call)
  const { bytes, filename } = mediaPart(call)
  checkFile(type, bytes)
  const {
    store,
    account: { appid },
  } = call
  const media = addMedia(store, {
    appid,
    type,
    bytes,
    permanent: true,
    ...(filename === null ? {} : { name: filename }),
  })
  if (type === 'video') describeVideo(call, media)
  return {
    media_id: media.mediaId,
    ...(type === 'image' || type === 'thumb'
      ? { url: `${store.origin}/mmbiz/${media.mediaId}` }
      : {}),
  }
}

function articlesIn(call: Call): Json[] {
  const list = may(call.body, 'articles', 'array') ?? refuse(44003)
  if (list.length === 0) refuse(44003)
  if (list.length > 8) refuse(45008)
  return list.map((one) => {
    if (!isBody(one)) refuse(47001)
    needText(one, 'title', 45003)
    needText(one, 'content', 44004)
    return one
  })
}

function addNews(call: Call, permanent: boolean): Media {
  const media = addMedia(call.store, {
    appid: call.account.appid,
    type: 'news',
    bytes: Buffer.from('{}'),
    permanent,
  })
  media.articles = articlesIn(call)
  return media
}

function permanentIn(call: Call): Media {
  const media = findMedia(call.store, call.account.appid, needText(call.body, 'media_id', 41006))
  return media?.permanent === true ? media : refuse(40007)
}

function read(call: Call): Result {
  const media = permanentIn(call)
  if (media.type === 'news') return { news_item: media.articles ?? [] }
  if (media.type !== 'video') return bytesOfMedia(call, media)
  return {
    title: media.title ?? '',
    description: media.introduction ?? '',
    down_url: `${call.store.origin}/vod/${media.mediaId}`,
  }
}

function permanentOf(call: Call, type: string): Media[] {
  return ofAccount(call.store, 'media', call.account.appid).filter(
    (one) => one.permanent && one.type === type,
  )
}

function pageOf(call: Call): { offset: number; count: number } {
  const [offset, count] = [
    may(call.body, 'offset', 'number') ?? 0,
    may(call.body, 'count', 'number') ?? 20,
  ]
  return offset < 0 || count < 1 || count > 20 ? refuse(40035) : { offset, count }
}

function list(call: Call): Answer {
  const { type } = call.body
  if (!isKnown(kinds, type)) refuse(40004)
  const { offset, count } = pageOf(call)
  const all = permanentOf(call, type)
  const some = all.slice(offset, offset + count)
  const item = some.map(({ mediaId, name, createdAt, articles }) => ({
    media_id: mediaId,
    update_time: seconds(createdAt),
    ...(type === 'news'
      ? { content: { news_item: articles } }
      : {
          name,
          ...(type === 'image' ? { url: `${call.store.origin}/mmbiz/${mediaId}` } : {}),
        }),
  }))
  return { total_count: all.length, item_count: some.length, item }
}

function count(call: Call): Answer {
  const of = (type: string): number => permanentOf(call, type).length
  return {
    voice_count: of('voice'),
    video_count: of('video'),
    image_count: of('image'),
    news_count: of('news'),
  }
}

/** Uploads a picture for use in articles: it gets an address and no media id. */
function uploadPicture(call: Call): Answer {
  const { bytes } = mediaPart(call)
  if (bytes.length > 1_048_576) refuse(40009)
  if (!['jpg', 'png'].includes(sniff(bytes)?.extension ?? '')) refuse(40005)
  const media = addMedia(call.store, {
    appid: call.account.appid,
    type: 'thumb',
    bytes,
    permanent: true,
  })
  return { url: `${call.store.origin}/mmbiz/${media.mediaId}` }
}

function addDraft(call: Call): Answer {
  return { media_id: addNews(call, true).mediaId }
}

function publish(call: Call): Answer {
  const { store, account } = call
  const media = permanentIn(call)
  if (media.type !== 'news') refuse(40007)
  const publishId = String(nextNumber(store, `publish ${account.appid}`, 100_000_001))
  const article: Article = put(store, 'articles', {
    appid: account.appid,
    articleId: `a${media.mediaId.slice(0, 30)}`,
    publishId,
    items: media.articles ?? [],
    at: store.now(),
    published: true,
  })
  removeMedia(store, media)
  const item = article.items.map((_, n) => ({
    idx: n + 1,
    article_url: `${store.origin}/mmbiz/${article.articleId}`,
  }))
  const info = {
    publish_id: publishId,
    publish_status: 0,
    article_id: article.articleId,
    article_detail: { count: item.length, item },
  }
  tell(store, account, {
    openid: 'oPublishHelper00000000000001',
    fields: { Event: 'PUBLISHJOBFINISH', PublishEventInfo: info },
  })
  return {
    errcode: 0,
    errmsg: 'ok',
    publish_id: publishId,
    msg_data_id: Number(publishId) + 1_000_000_000,
  }
}

function published(call: Call): Answer {
  const id = String(call.body['publish_id'])
  const article =
    ofAccount(call.store, 'articles', call.account.appid).find((one) => one.publishId === id) ??
    refuse(53601)
  return {
    publish_id: id,
    publish_status: 0,
    article_id: article.articleId,
    article_detail: { count: article.items.length },
  }
}

function getArticle(call: Call): Answer {
  const id = needText(call.body, 'article_id', 53600)
  const article = call.store.articles.get(keyOf(call.account.appid, id)) ?? refuse(53600)
  return { news_item: article.items }
}

function listArticles(call: Call): Answer {
  const { offset, count: most } = pageOf(call)
  const all = ofAccount(call.store, 'articles', call.account.appid)
  const item: Body[] = all.slice(offset, offset + most).map((one) => ({
    article_id: one.articleId,
    content: { news_item: one.items },
    update_time: seconds(one.at),
  }))
  return { total_count: all.length, item_count: item.length, item }
}

const remove = (call: Call): undefined => {
  removeMedia(call.store, permanentIn(call))
}

export const materialEndpoints: Endpoints = {
  '/cgi-bin/material/add_material': upload(add),
  '/cgi-bin/material/add_news': post(addDraft),
  '/cgi-bin/material/get_material': post(read),
  '/cgi-bin/material/del_material': post(remove),
  '/cgi-bin/material/batchget_material': post(list),
  '/cgi-bin/material/get_materialcount': get(count),
  '/cgi-bin/media/uploadimg': upload(uploadPicture),
  '/cgi-bin/media/uploadnews': post((call) => {
    const media = addNews(call, false)
    return { type: 'news', media_id: media.mediaId, created_at: seconds(media.createdAt) }
  }),
  '/cgi-bin/draft/add': post(addDraft),
  '/cgi-bin/draft/get': post(read),
  '/cgi-bin/draft/delete': post(remove),
  '/cgi-bin/freepublish/submit': post(publish),
  '/cgi-bin/freepublish/get': post(published),
  '/cgi-bin/freepublish/getarticle': post(getArticle),
  '/cgi-bin/freepublish/batchget': post(listArticles),
}
