// Whatever WeChat sends is stored as well as possible, however odd it is, because refusing a push
// loses what a customer said.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'
import { rawPush } from '../support/raw-push.ts'

const odd: Record<string, string> = {
  'a scale past what a column holds':
    '<MsgType>location</MsgType><Location_X>1.5</Location_X><Location_Y>2.5</Location_Y><Scale>99999999999</Scale><Label>这里</Label>',
  'a scale below it':
    '<MsgType>location</MsgType><Location_X>1</Location_X><Location_Y>2</Location_Y><Scale>-99999999999.5</Scale>',
  'numbers that are none':
    '<MsgType>location</MsgType><Location_X>NaN</Location_X><Location_Y>Infinity</Location_Y><Scale>1e400</Scale>',
  'places of fifteen digits':
    '<MsgType>location</MsgType><Location_X>999999999999999.999999999999999</Location_X><Location_Y>-0</Location_Y><Scale>0</Scale>',
  'an event in Chinese': '<MsgType>event</MsgType><Event>新事件🙂</Event><EventKey>键</EventKey>',
  'an event without end': `<MsgType>event</MsgType><Event>${'e'.repeat(500)}</Event><EventKey>${'键'.repeat(3000)}</EventKey>`,
  'a scene in Chinese':
    '<MsgType>event</MsgType><Event>SCAN</Event><EventKey>场景🙂</EventKey><Ticket>票</Ticket>',
  'a follow by a scene in Chinese':
    '<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_场景</EventKey>',
  'a type in Chinese': '<MsgType>新类型🙂</MsgType><Content>内容</Content>',
  'media ids in Chinese': '<MsgType>image</MsgType><PicUrl>图</PicUrl><MediaId>编号🙂</MediaId>',
  'a tapped entry in Chinese':
    '<MsgType>text</MsgType><Content>一</Content><bizmsgmenuid>菜单🙂</bizmsgmenuid>',
  'a file larger than any':
    '<MsgType>file</MsgType><Title>表🙂</Title><FileTotalLen>999999999999999</FileTotalLen>',
  'pictures without number':
    '<MsgType>event</MsgType><Event>pic_weixin</Event><EventKey>k</EventKey><SendPicsInfo><Count>99999999999999</Count></SendPicsInfo>',
}

void test('a push is stored whatever numbers, names and keys it contains', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const times = ['1', '999999999999', '0']
  for (const [what, fields] of Object.entries(odd)) {
    for (const [n, time] of times.entries()) {
      const openid = `o${Object.keys(odd).indexOf(what)}x${n}`
      const xml = `<xml><ToUserName>接收</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>${time}</CreateTime>${fields}<MsgId>${'9'.repeat(80)}</MsgId></xml>`
      assert.equal((await rawPush(house, xml)).status, 200, `${what}, ${time}`)
      const rows = await house.rows<{ state: string }>('select state from inbox where openid = ?', [
        openid,
      ])
      assert.deepEqual(rows.map(({ state }) => state).length, 1, `${what}, ${time}`)
      assert.notEqual(rows[0]?.state, 'refused', `${what}, ${time}`)
    }
  }
})
