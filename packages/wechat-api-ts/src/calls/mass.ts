// Messages to many followers at once (群发). The result arrives as the event MASSSENDJOBFINISH.
import { post, tell, type Wire } from '../call.ts'

export type MassImages = {
  media_ids: string[]
  recommend?: string
  need_open_comment?: 0 | 1
  only_fans_can_comment?: 0 | 1
}

export type MassContent =
  | { msgtype: 'mpnews'; mpnews: { media_id: string }; send_ignore_reprint?: 0 | 1 }
  | { msgtype: 'text'; text: { content: string } }
  | { msgtype: 'voice'; voice: { media_id: string } }
  | { msgtype: 'image'; images: MassImages }
  | { msgtype: 'mpvideo'; mpvideo: { media_id: string; title?: string; description?: string } }
  | { msgtype: 'wxcard'; wxcard: { card_id: string } }

/**
 * An id chosen by the caller, of at most 32 bytes, so that a mass message is sent only once. A
 * second message with the same id is refused with 45065.
 */
type SentOnce = { clientmsgid?: string }
type Filter = { is_to_all: true } | { is_to_all: false; tag_id: number }
type Previewed =
  Exclude<MassContent, { msgtype: 'image' }> | { msgtype: 'image'; image: { media_id: string } }

/** The states of a mass message that are known so far; WeChat may add more. */
export type MassStatus = 'SEND_SUCCESS' | 'SENDING' | 'SEND_FAIL' | 'DELETE' | (string & {})
export type MassSent = { msg_id: string; msg_data_id?: string }

export const mass = {
  sendToTag: post<MassContent & SentOnce & { filter: Filter }, MassSent>(
    '/cgi-bin/message/mass/sendall',
  ),
  /** Sends to at least two and at most 10,000 followers. */
  send: post<MassContent & SentOnce & { touser: [string, string, ...string[]] }, MassSent>(
    '/cgi-bin/message/mass/send',
  ),
  preview: post<Previewed & ({ touser: string } | { towxname: string }), { msg_id?: string }>(
    '/cgi-bin/message/mass/preview',
  ),
  /**
   * Deletes a mass message from the followers' phones: messages within half an hour, articles at
   * any time. `article_idx` (from 1) selects one of several articles.
   */
  remove: tell<{ msg_id: string; article_idx?: number } | { url: string }>(
    '/cgi-bin/message/mass/delete',
  ),
  status: post<{ msg_id: string }, { msg_id: string; msg_status: MassStatus }>(
    '/cgi-bin/message/mass/get',
  ),
  speed:
    ({ ask }: Wire) =>
    (): Promise<{ speed: number; realspeed: number }> =>
      ask({ method: 'POST', path: '/cgi-bin/message/mass/speed/get', json: {} }),
  /** Sets how fast mass messages are sent, from 0 (fastest) to 4 (slowest). */
  setSpeed: tell<{ speed: 0 | 1 | 2 | 3 | 4 }>('/cgi-bin/message/mass/speed/set'),
}
