// Permanent material (永久素材), drafts and publishing.
import { look, post, tell, type Call, type MediaFile } from '../call.ts'
import type { Upload } from '../multipart.ts'

export type MaterialKind = 'image' | 'voice' | 'thumb'
export type MaterialItem = { media_id: string; name: string; update_time: number; url?: string }
export type NewsItem = {
  title: string
  author?: string
  digest?: string
  content: string
  content_source_url?: string
  thumb_media_id: string
  need_open_comment?: 0 | 1
  only_fans_can_comment?: 0 | 1
}
export type ShownNewsItem = NewsItem & { url?: string; thumb_url?: string; is_deleted?: boolean }
export type MaterialCount = {
  voice_count: number
  video_count: number
  image_count: number
  news_count: number
}
export type Material =
  | ({ kind: 'file' } & MediaFile)
  | { kind: 'video'; title: string; description: string; down_url: string }
  | { kind: 'news'; news_item: ShownNewsItem[] }

type Page = { offset: number; count: number }
type Paged<Item> = { total_count: number; item_count: number; item: Item[] }
type ShownNews = { news_item: ShownNewsItem[] }
type NewsPage = Page & { no_content?: 0 | 1 }
type StoredNews = { content: ShownNews; update_time: number }

const path = '/cgi-bin/material/add_material'

type Added = { media_id: string; url?: string }

const add: Call<{ type: MaterialKind; media: Upload }, Added> =
  ({ ask }) =>
  ({ type, media }) =>
    ask({ method: 'POST', path, query: { type }, upload: { media } })

type Video = { media: Upload; title: string; introduction: string }

const addVideo: Call<Video, { media_id: string }> =
  ({ ask }) =>
  ({ media, ...about }) =>
    ask({
      method: 'POST',
      path,
      query: { type: 'video' },
      upload: { media, fields: { description: JSON.stringify(about) } },
    })

const getMaterial: Call<{ media_id: string }, Material> =
  ({ ask }) =>
  async (input) => {
    const said = await ask<
      MediaFile | ShownNews | { title: string; description: string; down_url: string }
    >({ method: 'POST', path: '/cgi-bin/material/get_material', json: input, answer: 'file' })
    if ('bytes' in said) return { kind: 'file', ...said }
    return 'news_item' in said ? { kind: 'news', ...said } : { kind: 'video', ...said }
  }

export const material = {
  add,
  addVideo,
  get: getMaterial,
  list: post<Page & { type: 'image' | 'voice' | 'video' }, Paged<MaterialItem>>(
    '/cgi-bin/material/batchget_material',
  ),
  remove: tell<{ media_id: string }>('/cgi-bin/material/del_material'),
  count: look<MaterialCount>('/cgi-bin/material/get_materialcount'),
}

export const drafts = {
  add: post<{ articles: NewsItem[] }, { media_id: string }>('/cgi-bin/draft/add'),
  get: post<{ media_id: string }, ShownNews>('/cgi-bin/draft/get'),
  update: tell<{ media_id: string; index: number; articles: NewsItem }>('/cgi-bin/draft/update'),
  remove: tell<{ media_id: string }>('/cgi-bin/draft/delete'),
  count: look<{ total_count: number }>('/cgi-bin/draft/count'),
  list: post<NewsPage, Paged<{ media_id: string } & StoredNews>>('/cgi-bin/draft/batchget'),
}

export type Publication = {
  publish_id: string
  /**
   * How far the publishing of an article is: 0 published, 1 in progress, 2 failed the originality
   * check, 3 failed, 4 refused, 5 deleted, 6 banned.
   */
  publish_status: number
  article_id?: string
  article_detail?: { count: number; item: { idx: number; article_url: string }[] }
  fail_idx?: number[]
}

export const publishing = {
  submit: post<{ media_id: string }, { publish_id: string; msg_data_id?: string }>(
    '/cgi-bin/freepublish/submit',
  ),
  status: post<{ publish_id: string }, Publication>('/cgi-bin/freepublish/get'),
  article: post<{ article_id: string }, ShownNews>('/cgi-bin/freepublish/getarticle'),
  /** Removes one of several articles by its `index` (from 1), or all of them if none is given. */
  remove: tell<{ article_id: string; index?: number }>('/cgi-bin/freepublish/delete'),
  list: post<NewsPage, Paged<{ article_id: string } & StoredNews>>('/cgi-bin/freepublish/batchget'),
}
