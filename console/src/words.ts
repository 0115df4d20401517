import { ref, watchEffect } from 'vue'

const zh = {
  title: '客服工作台', product: '微信公众号客服', username: '用户名', password: '密码', signIn: '登录', signingIn: '正在登录…',
  signOut: '退出登录', signInAgain: '登录已失效，请重新登录。', wrongLogin: '用户名或密码不正确。',
  locked: '尝试次数过多，已暂时锁定，请 {n} 分钟后再试。', connecting: '正在连接服务器…', language: 'English',
  rules: '自动回复规则', online: '在线', away: '离开', offline: '离线', presence: '我的状态',
  queued: '排队', waiting: '待接入', active: '进行中', closed: '已结束', sessions: '会话', search: '搜索客户',
  claimNext: '接入下一位', nobody: '现在没有人在排队，休息一下吧。', claim: '接入', claimThis: '接入此会话', accept: '接受',
  acceptThis: '接受此会话', claimed: '已接入，可以开始回复了。', more: '显示更多',
  emptyQueued: '没有客户在排队', emptyWaiting: '没有等待您接受的会话', emptyActive: '没有进行中的会话', emptyClosed: '还没有结束的会话', emptyMissed: '没有漏接的会话',
  noneFound: '没有找到符合的会话', position: '第 {n} 位', aboutMinutes: '约 {n} 分钟', missed: '漏接', unread: '{n} 条未读',
  pick: '请从左侧选择一个会话', pickHint: '或点击“接入下一位”，从队首开始接待。',
  messages: '消息', earlier: '更早的消息', noMessages: '还没有消息', newBelow: '有新消息 ↓', loading: '正在加载…',
  reply: '回复', replyHint: '输入回复，Enter 发送，Shift+Enter 换行', send: '发送',
  interject: '您不是接待人，发送的内容将作为主管插话。', mustClaim: '接入后才能回复。', mustAccept: '接受后才能回复。',
  isClosed: '会话已结束，不能再回复。', othersSession: '此会话由其他客服接待，只能查看。',
  close: '结束会话', closeTitle: '结束这个会话？', closeText: '结束后将不能在此会话中继续回复；尚未发出的回复仍会发送。',
  cancel: '取消', confirmClose: '结束会话', closedNow: '会话已结束。',
  pending: '发送中', sending: '发送中', sent: '已发送', failed: '发送失败', unknown: '结果未知',
  unknownHint: '微信没有确认是否送达，为避免重复，系统不会自动重发。', lostHint: '没有连上服务器。重试不会重复发送。',
  retry: '重试', discard: '放弃', resend: '重新发送', wasDelivered: '对方已收到', notDelivered: '对方未收到', resent: '已重新发送',
  auto: '自动回复', supervisor: '主管', note: '备注', customer: '客户', agent: '客服', system: '系统', unsupported: '{kind} 暂不支持显示',
  type_image: '[图片]', type_voice: '[语音]', type_video: '[视频]', type_location: '[位置]', type_link: '[链接]',
  type_article: '[图文]', type_news: '[图文]', type_file: '[文件]', type_menu: '[菜单]', type_miniprogram: '[小程序]',
  type_event: '[动作]', playVoice: '播放语音', mediaPending: '正在获取…', mediaLost: '已失效，无法查看', mediaUnavailable: '微信不提供下载',
  event_subscribe: '关注了公众号', event_unsubscribe: '取消了关注', event_scan: '扫描了二维码', event_click: '点击了菜单', event_view: '打开了菜单链接',
  event_view_miniprogram: '打开了菜单小程序', event_scancode_push: '扫了码', event_scancode_waitmsg: '扫了码', event_pic_sysphoto: '拍了照片',
  event_pic_photo_or_album: '选了照片', event_pic_weixin: '选了照片', event_location_select: '选了位置', event_other: '其他动作',
  type_other: '[其他消息]', channel_wechat: '微信', channel_web: '网页',
  windowLeft: '还可回复 {n} 条', windowUsed: '本次可回复条数已用完', windowUntil: '{time} 前可回复', windowEnded: '回复时间已于 {time} 结束',
  windowNone: '当前不能回复：请等待客户再次发来消息', today: '今天', offlineBanner: '连接中断，正在重试…', dismiss: '关闭提示',
  requestId: '问题编号 {id}', gone: '此会话已由其他人接待或已不可见。',
  everyone: '查看所有人的会话',
  transfer: '转接', transferTitle: '转接会话', transferTo: '转接给', transferNote: '给对方的备注（客户看不到）', people: '客服', groups: '客服组',
  transferred: '已转接。', takeOver: '接管', takenOver: '已接管此会话。', members: '群聊成员', membersHint: '成员可以查看并参与这个会话。',
  addMember: '添加成员', removeMember: '移出', done: '完成', leave: '退出群聊', addNote: '添加备注',
  noteHint: '输入备注，客户看不到；@编号 可提醒同事',
  grade: '评价这个会话', grade_1: '满意', grade_2: '一般', grade_3: '不满意', graded: '已评价。',
  satisfaction: '客户评价：',
  error_agent_disabled: '对方的账号已停用。', error_agent_not_on_account: '对方不服务这个公众号。', error_group_empty: '这个组里没有能接待此公众号的客服。',
  error_same_agent: '会话已经在对方那里。',
  error_other: '操作没有成功，请稍后再试。', error_noAnswer: '连不上服务器，请检查网络后重试。', error_busy: '服务器正忙，请稍后再试。',
  error_session_already_claimed: '这个会话已被其他客服接入。', error_agent_at_capacity: '您同时接待的客户已达上限，请先结束一些会话。',
  error_reserved: '这位客户在等待其专属客服。', error_session_not_open: '会话已结束。', error_not_owner: '此会话不由您接待。',
  error_session_moved: '会话刚刚发生了变动，请确认后再试。', error_session_not_accepted: '请先接受此会话。',
  error_reply_window_closed: '已超过可回复时间，请等待客户再次发来消息。', error_reply_budget_used: '本次可回复条数已用完，请等待客户再次发来消息。',
  error_client_msg_id_reused: '这条消息的编号已被使用，请重新输入后发送。', error_account_not_bound: '该公众号尚未绑定，无法操作。',
  error_login_locked: '尝试次数过多，已暂时锁定，请稍后再试。',
  error_400: '填写的内容有误，请检查。', error_403: '您没有权限进行此操作。', error_404: '没有找到，可能已被移走。', error_409: '情况已有变化，请刷新后再试。',
  error_413: '内容太长，请缩短后再发。', error_422: '微信的规则不允许此操作。', error_429: '操作太频繁，请稍后再试。',
}

export type Word = keyof typeof zh

const en: Record<Word, string> = {
  title: 'Service desk', product: 'Customer service for WeChat', username: 'User name', password: 'Password', signIn: 'Sign in',
  signingIn: 'Signing in…', signOut: 'Sign out', signInAgain: 'Your sign-in has ended. Please sign in again.',
  wrongLogin: 'The user name or the password is wrong.', locked: 'Too many attempts. Please try again in {n} min.',
  connecting: 'Connecting to the server…', language: '中文', rules: 'Automatic replies', online: 'Online', away: 'Away', offline: 'Offline',
  presence: 'My presence',
  queued: 'Queue', waiting: 'Waiting', active: 'Active', closed: 'Closed', sessions: 'Sessions', search: 'Search customers',
  claimNext: 'Take the next one', nobody: 'Nobody is waiting right now. Enjoy the break.', claim: 'Take',
  claimThis: 'Take this session',
  accept: 'Accept', acceptThis: 'Accept this session', claimed: 'It is yours: you may reply now.', more: 'Show more',
  emptyQueued: 'Nobody is queueing', emptyWaiting: 'Nothing waits for your acceptance', emptyActive: 'No active sessions',
  emptyClosed: 'No closed sessions yet', emptyMissed: 'Nobody was missed', noneFound: 'No session matches', position: 'No. {n}', aboutMinutes: 'about {n} min', missed: 'Missed', unread: '{n} unread',
  pick: 'Choose a session on the left', pickHint: 'Or press “Take the next one” to start with the head of the queue.',
  messages: 'Messages', earlier: 'Earlier messages', noMessages: 'No messages yet', newBelow: 'New messages ↓',
  loading: 'Loading…',
  reply: 'Reply', replyHint: 'Write a reply. Enter sends, Shift+Enter starts a new line', send: 'Send',
  interject: 'This session belongs to someone else; what you send is an interjection.', mustClaim: 'Take the session to reply.',
  mustAccept: 'Accept the session to reply.', isClosed: 'The session is closed; no more replies.',
  othersSession: 'Another agent has this session; you may only read.', close: 'Close session', closeTitle: 'Close this session?',
  closeText: 'You cannot reply in it afterwards. Replies not yet sent will still go out.', cancel: 'Cancel',
  confirmClose: 'Close session',
  closedNow: 'The session is closed.', pending: 'Sending', sending: 'Sending', sent: 'Sent', failed: 'Failed', unknown: 'Unknown',
  unknownHint: 'WeChat did not say whether it arrived. It is not sent again by itself, so that nothing arrives twice.',
  lostHint: 'The server could not be reached. Trying again will not send it twice.',
  retry: 'Try again', discard: 'Discard', resend: 'Send again', wasDelivered: 'It arrived', notDelivered: 'It did not arrive',
  resent: 'Sent again',
  auto: 'Automatic reply', supervisor: 'Supervisor', note: 'Note', customer: 'Customer', agent: 'Agent', system: 'System',
  unsupported: '{kind} cannot be shown yet',
  type_event: '[Event]', playVoice: 'Play voice', mediaPending: 'is being fetched…', mediaLost: 'is gone and cannot be shown',
  mediaUnavailable: 'cannot be downloaded from WeChat',
  event_subscribe: 'Followed the account', event_unsubscribe: 'Left the account', event_scan: 'Scanned a QR code', event_click: 'Tapped the menu',
  event_view: 'Opened a link of the menu', event_view_miniprogram: 'Opened a mini program', event_scancode_push: 'Scanned a code',
  event_scancode_waitmsg: 'Scanned a code', event_pic_sysphoto: 'Took pictures', event_pic_photo_or_album: 'Chose pictures',
  event_pic_weixin: 'Chose pictures', event_location_select: 'Chose a place', event_other: 'Did something else',
  type_image: '[Picture]', type_voice: '[Voice]', type_video: '[Video]',
  type_location: '[Place]', type_link: '[Link]', type_article: '[Article]', type_news: '[Article]', type_file: '[File]',
  type_menu: '[Menu]', type_miniprogram: '[Mini program]', type_other: '[Other message]', channel_wechat: 'WeChat',
  channel_web: 'Web',
  windowLeft: '{n} replies left', windowUsed: 'No replies left until the customer writes', windowUntil: 'open until {time}',
  windowEnded: 'Reply time ended at {time}', windowNone: 'No reply possible until the customer writes again', today: 'today',
  offlineBanner: 'Connection lost, trying again…', dismiss: 'Dismiss', requestId: 'Reference {id}',
  gone: 'Someone else has this session now, or you may no longer see it.',
  everyone: 'Everyone’s sessions',
  transfer: 'Transfer', transferTitle: 'Transfer this session', transferTo: 'To',
  transferNote: 'A note for them; the customer does not see it',
  people: 'People', groups: 'Groups', transferred: 'Transferred.', takeOver: 'Take over', takenOver: 'The session is yours now.',
  members: 'Members', membersHint: 'Members read this session and write in it.', addMember: 'Add', removeMember: 'Remove',
  done: 'Done', leave: 'Leave', addNote: 'Add as note', noteHint: 'Write a note; the customer does not see it. @number tells a colleague',
  grade: 'Grade this session', grade_1: 'Good', grade_2: 'Fair', grade_3: 'Poor', graded: 'Graded.', satisfaction: 'Customer:',
  error_agent_disabled: 'That person is disabled.', error_agent_not_on_account: 'That person does not serve this account.',
  error_group_empty: 'Nobody in that group serves this account.', error_same_agent: 'That person has the session already.',
  error_other: 'That did not work. Please try again later.',
  error_noAnswer: 'The server cannot be reached. Check the network and try again.',
  error_busy: 'The server is busy. Please try again shortly.',
  error_session_already_claimed: 'Another agent has already taken this session.',
  error_agent_at_capacity: 'You have as many customers as you may have. Close some sessions first.',
  error_reserved: 'This customer waits for their exclusive agent.', error_session_not_open: 'The session is closed.',
  error_not_owner: 'This session is not yours.',
  error_session_moved: 'The session has just changed. Have a look, then try again.',
  error_session_not_accepted: 'Accept this session first.',
  error_reply_window_closed: 'The reply time is over. Wait until the customer writes again.',
  error_reply_budget_used: 'No replies left. Wait until the customer writes again.',
  error_client_msg_id_reused: 'This message number is used already. Please write it anew.',
  error_account_not_bound: 'This account is not bound yet.', error_login_locked: 'Too many attempts. Please try again later.',
  error_400: 'Something in the input is wrong.', error_403: 'You may not do this.', error_404: 'Not found; it may have moved.',
  error_409: 'Things have changed meanwhile. Please look again.', error_413: 'Too long. Please shorten it.',
  error_422: 'WeChat’s rules do not allow this.', error_429: 'Too many requests. Please slow down.',
}

export type Language = 'zh-CN' | 'en'

const kept = 'kefu.language'
export const language = ref<Language>(remembered())

watchEffect(() => {
  document.documentElement.lang = language.value
  try {
    localStorage.setItem(kept, language.value)
  } catch { /* a browser without storage forgets the choice, nothing else */ }
})

function remembered(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export function say(word: Word, values: Record<string, string | number> = {}) {
  const text = (language.value === 'en' ? en : zh)[word]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function isWord(word: string): word is Word {
  return Object.hasOwn(zh, word)
}

export function sayTime(iso: string) {
  const at = new Date(iso)
  const clock = at.toLocaleTimeString(language.value, { hour: '2-digit', minute: '2-digit', hour12: false })
  if (at.toDateString() === new Date().toDateString()) return clock
  return `${at.toLocaleDateString(language.value, { month: 'numeric', day: 'numeric' })} ${clock}`
}
