// Every word of the page, in Chinese and English.
const words = {
  title: ['微信模拟器', 'WeChat simulator'], account: ['公众号', 'Account'], newFollower: ['＋ 新粉丝', '＋ New follower'], other: ['EN', '中文'],
  noAccount: ['还没有公众号', 'No account yet'], noAccountHint: ['先启动产品，或 POST /sim/accounts', 'Start the product, or POST /sim/accounts'],
  noFollower: ['还没有粉丝', 'No follower yet'], noFollowerHint: ['创建一位，然后给公众号发消息', 'Create one and write to the account'], create: ['创建一位粉丝', 'Create a follower'],
  following: ['已关注', 'following'], notFollowing: ['未关注', 'not following'], blacklisted: ['已被拉黑', 'on the blacklist'], blocked: ['已拒收消息', 'receives nothing'],
  beside: ['在旁边再开一部手机', 'Open another phone beside'], closePhone: ['收起这部手机', 'Put this phone away'], phoneOf: ['{name} 的手机', "{name}'s phone"], typing: ['对方正在输入…', 'is typing…'],
  clock: ['时钟', 'Clock'], minute: ['＋1 分钟', '＋1 minute'], hour: ['＋1 小时', '＋1 hour'], day: ['＋1 天', '＋1 day'], tenDays: ['＋10 天', '＋10 days'],
  realTime: ['与真实时间一致', 'Real time'], faster: ['比真实时间快', 'Ahead of real time by'], days: ['天', 'd'], hours: ['小时', 'h'], minutes: ['分钟', 'min'], seconds: ['秒', 's'],
  window: ['回复窗口', 'Reply window'], windowClosed: ['已关闭', 'Closed'], windowHint: ['粉丝发消息后打开', 'opens when the follower writes'], mayStill: ['公众号还可发', 'The account may still send'],
  messages: ['条', ''], left: ['剩', 'for'], tabLedger: ['往来', 'Ledger'], tabFaults: ['故障', 'Faults'], tabEvents: ['事件', 'Events'], tabAccount: ['账号', 'Account'],
  nothing: ['还没有推送和调用', 'No push and no call yet'], push: ['推送', 'push'], callWord: ['调用', 'call'], try: ['第 {n} 次', 'try {n}'],
  say: ['发消息', 'Write a message'], send: ['发送', 'Send'], more: ['更多', 'More'], faces: ['表情', 'Faces'], toKeyboard: ['切换到键盘', 'Keyboard'], toMenu: ['切换到菜单', 'Menu'],
  image: ['图片', 'Picture'], voice: ['语音', 'Voice'], video: ['视频', 'Video'], shortvideo: ['小视频', 'Short video'], location: ['位置', 'Place'], link: ['链接', 'Link'], file: ['文件', 'File'],
  music: ['音乐', 'Music'], news: ['图文', 'Article'], mpnews: ['图文', 'Article'], mpnewsarticle: ['图文', 'Article'], wxcard: ['卡券', 'Coupon'], miniprogrampage: ['小程序', 'Mini program'],
  scan: ['扫一扫', 'Scan'], follow: ['关注', 'Follow'], unfollow: ['取消关注', 'Unfollow'], block: ['拒收消息', 'Receive nothing'], unblock: ['恢复接收', 'Receive again'], report: ['上报位置', 'Report place'],
  sample: ['示例', 'Sample'], choose: ['从电脑选择…', 'Choose a file…'], cancel: ['取消', 'Cancel'], ok: ['发送', 'Send'], linkTitle: ['标题', 'Title'], linkText: ['描述', 'Description'], latitude: ['纬度', 'Latitude'], longitude: ['经度', 'Longitude'],
  label: ['地名', 'Name'], scene: ['场景值', 'Scene'], codes: ['公众号的二维码', 'QR codes of the account'], noCodes: ['还没有二维码，可以直接填场景值', 'No QR code yet: type a scene'], scanIt: ['扫码', 'Scan'], expired: ['已过期', 'expired'],
  scanResult: ['扫到的内容', 'What the code says'], died: ['已失效', 'gone'], cannotPlay: ['浏览器放不了这种格式，点这里下载', 'The browser cannot play this kind: download'], platformLine: ['系统', 'System'],
  subscribe: ['你关注了公众号', 'You follow the account'], unsubscribe: ['你取消了关注', 'You left the account'], CLICK: ['你点了菜单', 'You tapped the menu'], VIEW: ['你打开了网页', 'You opened a page'], SCAN: ['你扫了二维码', 'You scanned a code'],
  LOCATION: ['你的位置已上报', 'Your place was reported'], view_miniprogram: ['你打开了小程序', 'You opened a mini program'], location_select: ['你选了位置', 'You chose a place'],
  event: ['事件', 'Event'], template: ['服务通知', 'Service notice'], aiLabel: ['内容由第三方AI生成', 'Made by an AI of a third party'], faultNext: ['对下一次接口调用', 'For the next API call'],
  faultOnly: ['只对发送客服消息', 'Only for sending messages'], activeFaults: ['等待中的故障', 'Faults waiting'], none: ['没有', 'None'], clear: ['全部取消', 'Remove all'], untilDeleted: ['直到取消', 'until removed'],
  slow: ['慢 3 秒', '3 s slow'], refuse: ['断开连接', 'Connection cut'], reset: ['处理后断开', 'Cut after it took effect'], silent: ['处理后不回答', 'No answer after it took effect'], half: ['只回答一半', 'Half an answer'], html: ['502 网页', '502 page'],
  busy: ['系统繁忙 -1', 'Busy −1'], expireToken: ['令牌过期', 'Token expires'], closeWindow: ['窗口关闭 45015', 'Window closes 45015'], quota: ['额度用完 45009', 'Quota used 45009'], noRetry: ['推送失败不重试', 'No retry of a failed push'],
  eventName: ['事件名', 'Event'], eventFields: ['其他字段（JSON，可不填）', 'More fields (JSON, may be empty)'], happen: ['触发', 'Make it happen'], copies: ['重复次数', 'Copies'], mode: ['加密方式', 'Mode'], plain: ['明文', 'plain'], compatible: ['兼容', 'compatible'], safe: ['安全', 'safe'],
  callback: ['回调地址', 'Callback'], verify: ['检查回调', 'Check the address'], verified: ['回显正确', 'The echo is right'], notVerified: ['回显不对', 'The echo is wrong'], kind: ['类型', 'Kind'], service: ['服务号', 'Service account'], subscription: ['订阅号', 'Subscription account'],
  unverified: ['未认证', 'Unverified'], miniprogram: ['小程序', 'Mini program'], markFail: ['连续失败几次后停推一分钟（0 不停）', 'Failures before pushes stop for a minute (0: never)'], through: ['经第三方平台', 'Through a platform'], noAnswer: ['模拟器没有回应', 'The simulator does not answer'],
  mayAct: ['选择要授权给这个平台的公众号', 'Choose the account this platform may act for'], noComponent: ['没有登记这个第三方平台', 'This platform is not registered'], whoAreYou: ['你是谁？', 'Who are you?'],
}

const stored = localStorage.getItem('language')
let language = stored === null ? (navigator.language.startsWith('zh') ? 0 : 1) : Number(stored)

export const isChinese = () => language === 0
export const word = (key, values = {}) => {
  const text = (Object.hasOwn(words, key) ? words[key] : [key, key])[language]
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}
export const knows = (key) => Object.hasOwn(words, key)
export const locale = () => language === 0 ? 'zh-CN' : 'en-GB'

export function switchLanguage() {
  language = 1 - language
  localStorage.setItem('language', String(language))
}

export function writeWords(root = document) {
  document.documentElement.lang = locale()
  for (const element of root.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word)
}
