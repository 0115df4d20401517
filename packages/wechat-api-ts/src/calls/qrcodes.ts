// QR codes with a parameter (带参数二维码).
import { post } from '../call.ts'

/** `expire_seconds`: at most 30 days; WeChat's own default is half a minute, so it is not left to it. */
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

/** Where the picture is; no token is needed. */
export const qrcodePicture = (ticket: string) =>
  `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
