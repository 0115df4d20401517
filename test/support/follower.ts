import { post, type House } from './app.ts'

export type Follower = {
  openid: string
  /** Sends a text of the follower to the product like WeChat would push it. */
  says: (
    text: string,
    more?: object,
  ) => Promise<{
    attempts: number
    status: number
    reply: any
    msgId: string
    shown: { way: string; type: string; text?: string }[]
  }>
  does: (
    event: string,
    more?: object,
  ) => Promise<{ status: number; shown: { way: string; type: string; text?: string }[] }>
  inbox: () => Promise<{ n: number; way: string; type: string; text?: string }[]>
}

export async function follower(
  house: House,
  appid = 'wx0000000000000001',
  openid?: string,
): Promise<Follower> {
  const made = (await post(`${house.simulator}/sim/followers`, {
    appid,
    ...(openid && { openid }),
  })) as { openid: string }
  const at = `${house.simulator}/sim/followers/${made.openid}`
  return {
    openid: made.openid,
    says: (text, more = {}) =>
      house.heard().then(() => post(`${at}/send`, { appid, type: 'text', text, ...more })),
    does: (event, more = {}) =>
      house.heard().then(() => post(`${at}/event`, { appid, event, ...more })),
    inbox: async () =>
      (
        (await (await fetch(`${at}/inbox?appid=${appid}`)).json()) as {
          items: { n: number; way: string; type: string; text?: string }[]
        }
      ).items,
  }
}
