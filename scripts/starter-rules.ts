// What a new account can use as it is.
export const starterRules = [
  { name: '关注欢迎 / Welcome', kind: 'subscribe', keywords: [], text: '欢迎关注！直接留言即可，客服会尽快回复您。\nWelcome! Just write to us, an agent will answer.' },
  { name: '问候 / Greeting', kind: 'exact', keywords: ['你好', '您好', 'hello', 'hi'], text: '您好！已为您接通人工客服，请稍候。\nHello! An agent will be with you shortly.' },
  { name: '人工 / Agent', kind: 'contains', keywords: ['人工', '客服', 'agent'], text: '正在为您排队，客服马上就来。\nYou are in the queue, an agent is coming.' },
  { name: '营业时间 / Hours', kind: 'contains', keywords: ['营业时间', '几点', 'opening hours'], text: '客服在线时间：每天 9:00–21:00。\nAgents are here daily from 9:00 to 21:00.' },
] as const
