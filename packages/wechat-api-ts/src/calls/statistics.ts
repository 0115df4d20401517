// WeChat's own statistics (数据统计). Days are written as `2026-01-31`; the present day is not
// available yet. Each call has its own maximum span.
import { post } from '../call.ts'

type Span = { begin_date: string; end_date: string }
type ByDay<Row> = { list: ({ ref_date: string } & Row)[] }
type Hour = { ref_hour: number }

export type FollowerChange = { user_source: number; new_user: number; cancel_user: number }
/** `msg_type`: 1 text, 2 image, 3 voice, 4 video, 6 link. */
export type Messages = { msg_type: number; msg_user: number; msg_count: number }
/**
 * How many followers (`msg_user`) sent how many messages each: `count_interval` 0 none, 1 one to
 * five, 2 six to ten, 3 more.
 */
export type MessageSpread = { count_interval: number; msg_user: number }
export type Callbacks = {
  callback_count: number
  fail_count: number
  total_time_cost: number
  max_time_cost: number
}
export type ArticleReads = {
  int_page_read_user: number
  int_page_read_count: number
  ori_page_read_user: number
  ori_page_read_count: number
  share_user: number
  share_count: number
  add_to_fav_user: number
  add_to_fav_count: number
}
export type ArticleShares = { share_scene: number; share_count: number; share_user: number }

const span = <Row>(name: string) => post<Span, ByDay<Row>>(`/datacube/${name}`)

export const statistics = {
  followerChange: span<FollowerChange>('getusersummary'),
  followerTotal: span<{ cumulate_user: number }>('getusercumulate'),
  messages: span<Messages>('getupstreammsg'),
  messagesByHour: span<Messages & Hour>('getupstreammsghour'),
  messagesByWeek: span<Messages>('getupstreammsgweek'),
  messagesByMonth: span<Messages>('getupstreammsgmonth'),
  messageSpread: span<MessageSpread>('getupstreammsgdist'),
  messageSpreadByWeek: span<MessageSpread>('getupstreammsgdistweek'),
  messageSpreadByMonth: span<MessageSpread>('getupstreammsgdistmonth'),
  callbacks: span<Callbacks>('getinterfacesummary'),
  callbacksByHour: span<Callbacks & Hour>('getinterfacesummaryhour'),
  articles: span<ArticleReads & { msgid: string; title: string }>('getarticlesummary'),
  articleTotals: span<{ msgid: string; title: string; details: object[] }>('getarticletotal'),
  articleReads: span<ArticleReads & { user_source: number }>('getuserread'),
  articleReadsByHour: span<ArticleReads & Hour & { user_source: number }>('getuserreadhour'),
  articleShares: span<ArticleShares>('getusershare'),
  articleSharesByHour: span<ArticleShares & Hour>('getusersharehour'),
}
