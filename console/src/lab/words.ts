// The lab's own words: they are loaded with it, not with the desk.
import { language } from '../words.ts'

const zh = {
  title: '自动回复规则', back: '返回工作台', tab_rules: '规则', tab_conflicts: '冲突检查', tab_replay: '历史回放', tab_unmatched: '未命中问题',
  search: '搜索名称、关键词或回复', add: '新建规则', none: '还没有规则。新建一条，或导入已有的规则。', noneFound: '没有找到符合的规则', more: '显示更多',
  exportJson: '导出 JSON', exportCsv: '导出表格', importFile: '导入', imported: '已导入：新增 {created}，修改 {changed}。', hits: '近 30 天命中 {n} 次', off: '已停用',
  name: '名称', enabled: '启用', priority: '优先级', priorityHint: '数字大的先选', account: '公众号', allAccounts: '全部公众号', match: '匹配方式',
  kind_exact: '完全等于', kind_contains: '包含任一关键词', kind_prefix: '以此开头', kind_suffix: '以此结尾', kind_all: '包含全部关键词', kind_any: '包含任一（同“包含”）',
  kind_regex: '正则表达式', kind_subscribe: '关注时', kind_scan: '扫描带参二维码', kind_menu: '点击菜单', kind_default: '没有其他规则匹配时',
  keywords: '关键词', keywordsHint: '每行一个。全角半角、大小写、繁简、空格和表情写法不影响匹配。', keysHint: '每行一个菜单键或场景值；留空表示任何一个。',
  pattern: '正则', patternHint: 'RE2 语法；区分大小写。', steps: '回复', step: '第 {n} 条', addStep: '再加一条', removeStep: '删除这条',
  stepsHint: '第一条随推送立即送达，其余依次通过接口发送。可用变量：{nickname|朋友} {account} {keyword} {date} {time} {weekday}',
  do_text: '文字', do_image: '图片', do_voice: '语音', do_video: '视频', do_news: '图文', do_menu: '菜单消息', do_agent: '转给客服', do_group: '转给分组',
  do_queue: '排队等人工', do_none: '不回复', do_miniprogram: '小程序', do_article: '已发布文章', text: '内容', mediaId: '素材编号', articleTitle: '标题', articleText: '描述', url: '链接', picUrl: '图片地址',
  menuHead: '开头', menuItems: '选项（每行：编号 空格 文字）', menuTail: '结尾', agent: '客服', group: '分组', choose: '请选择',
  schedule: '只在这些时间生效', days: '星期', from: '从', to: '到', validFrom: '开始日期', validUntil: '结束日期', day_1: '一', day_2: '二', day_3: '三', day_4: '四', day_5: '五', day_6: '六', day_7: '日',
  save: '保存', saved: '已保存，几乎立即生效。', remove: '删除', removed: '已删除。', sure: '确定删除“{name}”？', cancel: '取消', pick: '从左侧选择一条规则，或新建一条。', pickHint: '下方可以随时试一句话，看看谁会回复、为什么。',
  tryTitle: '试一句话', tryHint: '像客户那样输入', try: '试试', answeredBy: '由“{name}”回复', nobody: '没有规则回复', because: '为什么', matches: '匹配', keyword: '命中“{word}”',
  conflictsNone: '没有发现冲突。', conflicts: '被挡住的关键词', dead: '永远不会回复的规则', silent: '近 30 天没有命中', by: '被“{name}”', open: '打开',
  replayTitle: '用真实的历史消息试规则', replayHint: '当前的规则会在所选时间内客户发来的文字上重新跑一遍；勾选“连同草稿”时，左侧未保存的修改也算在内。不会发送任何消息，也不影响接待。',
  range: '时间范围', last: '最近 {n} 天', withDraft: '连同草稿“{name}”', start: '开始回放', stop: '取消', state_waiting: '等待中', state_running: '进行中', state_done: '完成', state_cancelled: '已取消', state_failed: '中断',
  messages: '消息数', coverage: '覆盖率', newly: '新增回复', wrong: '答案变了', was: '原来', is: '现在', nothing: '无', hitsByRule: '各规则命中',
  unmatchedNone: '最近 30 天没有未命中的问题。', times: '{n} 次', make: '建规则', dismiss: '忽略', dismissed: '已忽略。',
}
type LabWord = keyof typeof zh

const en: Record<LabWord, string> = {
  title: 'Automatic replies', back: 'Back to the desk', tab_rules: 'Rules', tab_conflicts: 'Conflicts', tab_replay: 'Replay', tab_unmatched: 'Unanswered',
  search: 'Search names, keywords, replies', add: 'New rule', none: 'There are no rules yet. Make one, or import some.', noneFound: 'No rule matches', more: 'Show more',
  exportJson: 'Export JSON', exportCsv: 'Export table', importFile: 'Import', imported: 'Imported: {created} new, {changed} changed.', hits: '{n} hits in 30 days', off: 'Off',
  name: 'Name', enabled: 'On', priority: 'Priority', priorityHint: 'the higher goes first', account: 'Account', allAccounts: 'All accounts', match: 'Answers when',
  kind_exact: 'the message is exactly', kind_contains: 'the message contains one of', kind_prefix: 'the message begins with', kind_suffix: 'the message ends with',
  kind_all: 'the message contains all of', kind_any: 'contains any (as “contains”)', kind_regex: 'a pattern matches', kind_subscribe: 'somebody follows',
  kind_scan: 'a QR code is scanned', kind_menu: 'a menu entry is tapped', kind_default: 'no other rule matches',
  keywords: 'Keywords', keywordsHint: 'One a line. Width, case, traditional or simplified, spaces and ways to write a face do not matter.', keysHint: 'One menu key or scene a line; none means any.',
  pattern: 'Pattern', patternHint: 'RE2 syntax; upper and lower case differ.', steps: 'Replies', step: 'No. {n}', addStep: 'Add another', removeStep: 'Remove this one',
  stepsHint: 'The first goes in the answer to the push, the others behind it by API. Variables: {nickname|friend} {account} {keyword} {date} {time} {weekday}',
  do_text: 'Text', do_image: 'Picture', do_voice: 'Voice', do_video: 'Video', do_news: 'Article card', do_menu: 'Menu message', do_agent: 'Hand on to a person',
  do_group: 'Hand on to a group', do_queue: 'Queue for a person', do_none: 'Say nothing', do_miniprogram: 'Mini program', do_article: 'Published article', text: 'Words', mediaId: 'Media id', articleTitle: 'Title',
  articleText: 'Description', url: 'Link', picUrl: 'Picture address', menuHead: 'Head', menuItems: 'Entries (a line each: id, space, words)', menuTail: 'Tail',
  agent: 'Agent', group: 'Group', choose: 'Choose', schedule: 'Only at these times', days: 'Days', from: 'From', to: 'To', validFrom: 'First day', validUntil: 'Last day',
  day_1: 'Mo', day_2: 'Tu', day_3: 'We', day_4: 'Th', day_5: 'Fr', day_6: 'Sa', day_7: 'Su',
  save: 'Save', saved: 'Saved; in force nearly at once.', remove: 'Delete', removed: 'Deleted.', sure: 'Delete “{name}”?', cancel: 'Cancel', pick: 'Choose a rule on the left, or make a new one.',
  pickHint: 'Below you may try a message at any time and see who would answer, and why.',
  tryTitle: 'Try a message', tryHint: 'Write as a customer would', try: 'Try', answeredBy: '“{name}” answers', nobody: 'No rule answers', because: 'Why', matches: 'Matches', keyword: 'found “{word}”',
  conflictsNone: 'No conflicts found.', conflicts: 'Hidden keywords', dead: 'Rules that never answer', silent: 'No hit in 30 days', by: 'by “{name}”', open: 'Open',
  replayTitle: 'Try rules on what customers really wrote', replayHint: 'Today’s rules run again over the texts of the chosen time; with the draft, your unsaved change counts too. Nothing is sent, and nobody who is served waits for it.',
  range: 'Time', last: 'Last {n} days', withDraft: 'With the draft “{name}”', start: 'Start', stop: 'Cancel', state_waiting: 'Waiting', state_running: 'Running', state_done: 'Done', state_cancelled: 'Cancelled', state_failed: 'Interrupted',
  messages: 'Messages', coverage: 'Coverage', newly: 'Newly answered', wrong: 'Answered otherwise', was: 'before', is: 'now', nothing: 'none', hitsByRule: 'Hits by rule',
  unmatchedNone: 'No unanswered questions in 30 days.', times: '{n} times', make: 'Make a rule', dismiss: 'Dismiss', dismissed: 'Dismissed.',
}

export function say(word: LabWord, values: Record<string, string | number> = {}) {
  return (language.value === 'en' ? en : zh)[word].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Of a kind or state that the server names. */
export const sayOf = (group: 'kind' | 'do' | 'state' | 'day' | 'tab', name: string | number) => {
  const word = `${group}_${String(name)}`
  return Object.hasOwn(zh, word) ? say(word as LabWord) : String(name)
}

/** The server says both languages in one line. */
export const half = (both: string) => {
  const [chinese = both, english = both] = both.split(' / ')
  return language.value === 'en' ? english : chinese
}
