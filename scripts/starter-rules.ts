// Rules with which a new account can start: a welcome, a menu answered by tap or number, and the
// way to a person. The texts are examples for an admin to replace.
import type { MatchKind } from '../rules/auto-reply/rule.ts'
import type { RuleInput } from '../src/actions/rules/save-rule.ts'

const words = (zh: string, en: string) => ({ kind: 'text' as const, text: `${zh}\n${en}` })
const rule = (
  name: string,
  match: { kind: MatchKind; keywords?: string[] },
  more: Pick<RuleInput, 'action'> & Partial<RuleInput>,
): RuleInput => ({ name, enabled: true, priority: 0, match, ...more })

export const starterMenu = {
  head: '您好，想了解什么？点选或回复数字 / How can we help? Tap, or send the number',
  items: [
    { id: '1', text: '1 营业时间 / Opening hours' },
    { id: '2', text: '2 订单与物流 / Orders and delivery' },
    { id: '3', text: '3 退换与售后 / Returns' },
    { id: '0', text: '0 人工客服 / A person' },
  ],
  tail: '随时回复“人工”转人工客服 / Send “agent” to reach a person',
}
const entry = (id: string) => starterMenu.items.find((item) => item.id === id)?.text ?? id

export const starterRules: RuleInput[] = [
  rule(
    '关注欢迎 / Welcome',
    { kind: 'subscribe' },
    {
      action: words(
        '欢迎关注！回复“菜单”查看自助服务，直接留言即可联系客服。',
        'Welcome! Send “menu” for help, or just write to us: an agent will answer.',
      ),
    },
  ),
  rule(
    '问候 / Greeting',
    { kind: 'exact', keywords: ['你好', '您好', 'hello', 'hi'] },
    {
      action: words(
        '您好！已为您接通人工客服，请稍候。回复“菜单”可先自助查询。',
        'Hello! An agent will be with you shortly. Send “menu” to help yourself meanwhile.',
      ),
    },
  ),
  rule(
    '菜单 / Menu',
    { kind: 'exact', keywords: ['菜单', '帮助', '自助', 'menu', 'help'] },
    { action: { kind: 'menu', menu: starterMenu } },
  ),
  rule(
    '菜单 1：营业时间 / Menu 1: hours',
    { kind: 'exact', keywords: ['1', entry('1')] },
    {
      action: words('客服在线时间：每天 9:00–21:00。', 'Agents are here daily from 9:00 to 21:00.'),
    },
  ),
  rule(
    '菜单 2：订单与物流 / Menu 2: orders',
    { kind: 'exact', keywords: ['2', entry('2')] },
    {
      action: words(
        '请直接发送订单号，我们会为您查询；发货后 1–3 天送达。',
        'Please send your order number and we look it up; parcels take 1 to 3 days.',
      ),
    },
  ),
  rule(
    '菜单 3：退换与售后 / Menu 3: returns',
    { kind: 'exact', keywords: ['3', entry('3')] },
    {
      action: words(
        '签收 7 天内可退换。请回复“人工”并说明订单号和原因。',
        'Returns are possible within 7 days. Send “agent” with your order number and the reason.',
      ),
    },
  ),
  rule(
    '人工 / Agent',
    { kind: 'contains', keywords: ['人工', '客服', 'agent'] },
    {
      action: {
        ...words('正在为您排队，客服马上就来。', 'You are in the queue, an agent is coming.'),
        then: [{ kind: 'queue' }],
      },
    },
  ),
  rule(
    '菜单 0：人工 / Menu 0: a person',
    { kind: 'exact', keywords: ['0', entry('0')] },
    {
      action: {
        ...words('正在为您排队，客服马上就来。', 'You are in the queue, an agent is coming.'),
        then: [{ kind: 'queue' }],
      },
    },
  ),
  rule(
    '营业时间 / Hours',
    { kind: 'contains', keywords: ['营业时间', '几点', 'opening hours'] },
    {
      action: words('客服在线时间：每天 9:00–21:00。', 'Agents are here daily from 9:00 to 21:00.'),
    },
  ),
  rule(
    '致谢 / Thanks',
    { kind: 'exact', keywords: ['谢谢', '感谢', '[玫瑰]', 'thanks', 'thank you'] },
    { action: words('不客气，很高兴为您服务！', 'You are welcome!') },
  ),
  rule(
    '没听懂 / Not understood',
    { kind: 'default' },
    {
      enabled: false,
      action: words(
        '抱歉没有理解您的意思。回复“菜单”查看自助服务，回复“人工”转人工客服。',
        'Sorry, we did not get that. Send “menu” for help or “agent” for a person.',
      ),
    },
  ),
]
