// Wrong uses of the client that TypeScript must refuse. This file compiles only if each of them is
// an error.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { lookUp, type Media, type Retry, type UserInfo, type WechatClient } from 'wechat-api-ts'
import { readmes } from './readmes.ts'
import { vectors } from './vectors.ts'

const to = { touser: 'o1' }
const article = { title: '', description: '', url: '', picurl: '' }

/** Never called; only the compiler reads it. */
export function refusals(client: WechatClient, media: Media, user: UserInfo): unknown[] {
  return [
    client.custom.send({ ...to, msgtype: 'news', news: { articles: [article] } }),
    // @ts-expect-error WeChat takes one article
    client.custom.send({ ...to, msgtype: 'news', news: { articles: [article, article] } }),
    // @ts-expect-error an image has no content
    client.custom.send({ ...to, msgtype: 'image', text: { content: '' } }),
    // @ts-expect-error followers can send a location, accounts cannot
    client.custom.send({ ...to, msgtype: 'location', location: {} }),
    // @ts-expect-error somebody must get it
    client.custom.send({ msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error WeChat's own end is half a minute
    client.qrcodes.create({
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: '' } },
    }),
    client.qrcodes.create({
      action_name: 'QR_LIMIT_SCENE',
      // @ts-expect-error a number scene for a number code
      action_info: { scene: { scene_str: '' } },
    }),
    // @ts-expect-error a click needs its key
    client.menu.create({ button: [{ type: 'click', name: '' }] }),
    // @ts-expect-error at least two
    client.mass.send({ touser: ['o1'], msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error all or a tag
    client.mass.sendToTag({ filter: { is_to_all: false }, msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error a number would lose its last digits
    client.mass.status({ msg_id: 9007199254740993 }),
    // @ts-expect-error it takes no question
    client.tags.list({}),
    // @ts-expect-error a video has no bytes yet
    media.bytes,
    media.kind === 'file' ? media.bytes : media.video_url,
    // @ts-expect-error of who does not follow nothing is known
    user.remark,
    user.subscribe === 1 ? user.remark : '',
  ]
}

test('both READMEs list every errcode in its class', () => {
  const known = vectors.errcodes.map(({ code }) => code).filter((code) => code !== 0)
  for (const readme of readmes) {
    const text = readFileSync(readme, 'utf8')
    const rowOf = (retry: Retry) =>
      new RegExp(`^\\| \`${retry}\` \\| (.*?) \\|`, 'm').exec(text)?.[1] ??
      assert.fail(`${readme}: no row for ${retry}`)
    for (const retry of ['token', 'later', 'unsure', 'human'] as const) {
      assert.deepEqual(
        rowOf(retry).split(', ').map(Number).sort(),
        known.filter((code) => lookUp(code).retry === retry).sort(),
        retry,
      )
    }
    assert.match(
      rowOf('never'),
      new RegExp(`\\b${known.filter((code) => lookUp(code).retry === 'never').length}\\b`),
    )
  }
})
