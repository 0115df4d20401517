// The parts of a line other than text: files, places, links, events. Web addresses that followers
// sent are shown as text and never fetched by us.
import type { Content, Media, MediaState, Said } from 'kefu-wire'
import type { MessageRow } from '../../entities/index.ts'

type Extra = {
  format?: string
  short?: true
  size?: number | null
  mime?: string
  name?: string
  thumb?: string
  lost?: string
  event?: string
  detail?: string
  menu?: object
  refused?: true
}

export const mediaUrl = (id: string) => `/api/media/${id}`

const withMedia = new Set(['image', 'voice', 'video', 'file'])
const extraOf = (row: MessageRow): Extra =>
  row.extra === null ? {} : (JSON.parse(row.extra) as Extra)

export function presentContent(row: MessageRow): Said {
  // the content of a line that we sent is shown under the names that sendMessage uses
  if (row.content !== null) {
    return {
      ...presentText(row),
      ...(JSON.parse(row.content) as Content),
      ...(row.resources_id !== null && { media: presentMedia(row, extraOf(row)) }),
    }
  }
  if (withMedia.has(row.type)) {
    return { ...presentText(row), media: presentMedia(row, extraOf(row)) }
  }
  return (presenters[row.type] ?? presentText)(row)
}

const presentText = ({ text }: MessageRow): Said => (text === null ? {} : { text })

const presenters: Record<string, (row: MessageRow) => Said> = {
  location: (row) => ({
    location: {
      latitude: number(row.lat),
      longitude: number(row.lng),
      scale: row.map_scale,
      label: row.map_label ?? '',
    },
  }),
  link: (row) => ({
    link: { title: row.page_title ?? '', description: row.page_desc ?? '', url: row.text ?? '' },
  }),
  other: (row) => ({
    ...presentText(row),
    ...(extraOf(row).refused && { refused: true as const }),
  }),
  event: (row) => {
    const { event, detail } = extraOf(row)
    return {
      event: { name: event ?? '', key: row.text ?? '', ...(detail !== undefined && { detail }) },
    }
  },
}

const number = (text: string | null) => (text === null ? null : Number(text))

/**
 * Whether the file of a line can be shown: `ready` can be loaded, `pending` is still being
 * downloaded, `lost` can never be loaded, and `unavailable` is a file that WeChat does not let
 * anybody download.
 */
function stateOf(row: MessageRow, { lost }: Extra): MediaState {
  if (row.resources_id !== null) return 'ready'
  if (lost !== undefined) return 'lost'
  if (row.media_id !== null) return 'pending'
  return row.type === 'file' ? 'unavailable' : 'lost'
}

function presentMedia(row: MessageRow, extra: Extra): Media {
  const { mime, size, format, short, thumb, lost } = extra
  const name = extra.name ?? row.page_title
  return {
    state: stateOf(row, extra),
    ...(row.resources_id !== null && { id: row.resources_id, url: mediaUrl(row.resources_id) }),
    ...(mime !== undefined && { mime }),
    ...(typeof size === 'number' && { size }),
    ...(name !== null && { name }),
    ...(format && { format }),
    ...(short && { short }),
    ...(lost !== undefined && { reason: lost }),
    ...(thumb !== undefined && { thumb: { id: thumb, url: mediaUrl(thumb) } }),
  }
}
