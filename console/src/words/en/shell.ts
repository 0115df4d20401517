import type { shell as chinese } from '../zh-CN/shell.ts'

export const shell: Record<keyof typeof chinese, string> = {
  title: 'Service desk',
  connecting: 'Connecting to the server…',
  language: '中文',
  rules: 'Automatic replies',
  pages: 'Pages',
  noPage: 'There is no such page',
  notForYou: 'You may not open this page',
  toTheDesk: 'To the desk',
  pageNotLoaded: 'The page could not be loaded. Please reload, then try again.',
  online: 'Online',
  away: 'Away',
  offline: 'Offline',
  presence: 'My presence',
  signOut: 'Sign out',
  offlineBanner: 'Connection lost, trying again…',
  dismiss: 'Dismiss',
  refusedPushes: '{n} messages of customers were not stored',
  refusedPushesHint: 'The database refused these messages. Please look at them and report it.',
  refusedPushSeen: 'Seen to',
}
