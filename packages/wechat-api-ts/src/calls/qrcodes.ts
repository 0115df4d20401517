// QR codes with a parameter (带参数二维码).
import { post } from '../call.ts'

/**
 * The data of a new QR code. `expire_seconds` is at most 30 days. It is required here, because
 * WeChat's default is only a minute.
 */
export type QrCode =
  | {
      action_name: 'QR_STR_SCENE'
      expire_seconds: number
      action_info: { scene: { scene_str: string } }
    }
  | {
      action_name: 'QR_SCENE'
      expire_seconds: number
      action_info: { scene: { scene_id: number } }
    }
  | { action_name: 'QR_LIMIT_STR_SCENE'; action_info: { scene: { scene_str: string } } }
  | { action_name: 'QR_LIMIT_SCENE'; action_info: { scene: { scene_id: number } } }

export const qrcodes = {
  create: post<QrCode, { ticket: string; expire_seconds?: number; url: string }>(
    '/cgi-bin/qrcode/create',
  ),
}

/** The address of a QR code's picture, which can be loaded without a token. */
export const qrcodePicture = (ticket: string) =>
  `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
