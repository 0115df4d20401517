import { getMedia } from '../../actions/media/get-media.ts'
import { keepMedia } from '../../actions/media/keep-media.ts'
import { presentResource } from '../../views/media.ts'
import { openForm } from '../engine/multipart.ts'
import { route, type Route } from '../engine/route.ts'

/**
 * The security policy with which files are sent. Under it a file cannot run or load anything, even
 * if somebody opens it on its own in a browser.
 */
const inert = "default-src 'none'; sandbox"
const shown = /^(image|audio|video)\//

export const mediaRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/media',
    who: 'agent',
    reach: 'oneself',
    summary: 'Store a file, in the part `file` of a form; a WAV becomes an MP3',
    upload: true,
    answers: 'StoredFile',
    status: 201,
    handle: async ({ ports, me, request }) => {
      const form = openForm(request)
      try {
        const { name, bytes } = await form.file('file')
        const row = await keepMedia(ports, {
          companyId: me.companyId,
          source: bytes,
          name,
          uid: me.uid,
          strict: true,
        })
        return { body: presentResource(row) }
      } finally {
        await form.done()
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/media/:id',
    who: 'agent',
    reach: 'company',
    summary: 'The file itself, in ranges where asked',
    answers: 'file',
    handle: async ({ ports, me, params }) => {
      const { row, path } = await getMedia(ports, me, params['id'] ?? '')
      const way = shown.test(row.mime_type) ? 'inline' : 'attachment'
      const name =
        row.file_name === ''
          ? ''
          : `; filename*=UTF-8''${encodeURIComponent(row.file_name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
      return {
        file: path,
        headers: {
          'Content-Type': row.mime_type,
          'Content-Disposition': `${way}${name}`,
          'Content-Security-Policy': inert,
          'Cache-Control': 'private, no-cache',
          ETag: `"${row.sha256}"`,
          'Cross-Origin-Resource-Policy': 'same-origin',
        },
      }
    },
  }),
]
