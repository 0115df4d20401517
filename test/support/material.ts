// Uploads a file of the account to the simulated WeChat, and returns its media id.
import { sample } from 'wechat-simulator'
import { testAccount, post, type House } from './app.ts'

const files: Record<string, string> = {
  image: 'cat.jpg',
  voice: 'voice.amr',
  video: 'video.mp4',
  thumb: 'thumb.jpg',
}

export async function uploaded(
  house: House,
  type: 'image' | 'voice' | 'video' | 'thumb',
): Promise<string> {
  const { access_token: token } = (await post(`${house.simulator}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: testAccount.appid,
    secret: testAccount.appSecret,
  })) as { access_token: string }
  const form = new FormData()
  const name = files[type] ?? ''
  form.append('media', new Blob([Uint8Array.from(sample(name))]), name)
  const answer = (await (
    await fetch(`${house.simulator}/cgi-bin/media/upload?access_token=${token}&type=${type}`, {
      method: 'POST',
      body: form,
    })
  ).json()) as Record<string, string>
  const id = answer['media_id'] ?? answer['thumb_media_id']
  if (!id) throw new Error(JSON.stringify(answer))
  return id
}
