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

/**
 * Wrong uses of the client, some beside the right one. Nothing calls this function; only the
 * compiler reads it.
 */
export function refusals(client: WechatClient, media: Media, user: UserInfo): unknown[] {
  return [
    client.custom.send({ ...to, msgtype: 'news', news: { articles: [article] } }),
    // @ts-expect-error a news message has exactly one article
    client.custom.send({ ...to, msgtype: 'news', news: { articles: [article, article] } }),
    // @ts-expect-error an image message has no text
    client.custom.send({ ...to, msgtype: 'image', text: { content: '' } }),
    // @ts-expect-error followers can send a location, accounts cannot
    client.custom.send({ ...to, msgtype: 'location', location: {} }),
    // @ts-expect-error a message needs a receiver (touser)
    client.custom.send({ msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error a temporary code must say when it expires, or WeChat ends it in 30 s
    client.qrcodes.create({
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: '' } },
    }),
    client.qrcodes.create({
      action_name: 'QR_LIMIT_SCENE',
      // @ts-expect-error a code for numbers takes a scene_id and no scene_str
      action_info: { scene: { scene_str: '' } },
    }),
    // @ts-expect-error a button of type click needs a key
    client.menu.create({ button: [{ type: 'click', name: '' }] }),
    // @ts-expect-error a mass message to a list of followers needs at least two
    client.mass.send({ touser: ['o1'], msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error a mass message that is not for all followers needs a tag
    client.mass.sendToTag({ filter: { is_to_all: false }, msgtype: 'text', text: { content: '' } }),
    // @ts-expect-error a msg_id is a text, because a number would lose its last digits
    client.mass.status({ msg_id: 9007199254740993 }),
    // @ts-expect-error the call that lists all tags takes no parameters
    client.tags.list({}),
    // @ts-expect-error there are no bytes until it is known that this is no video
    media.bytes,
    media.kind === 'file' ? media.bytes : media.video_url,
    // @ts-expect-error a remark is known only of those who follow the account
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
