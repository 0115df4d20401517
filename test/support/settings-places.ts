// For each setting, how it is varied in the story of test/flows/every-setting.test.ts: `own` takes
// the values from its schema, `by` and `named` list them by hand, and `not` says why it is not
// varied. New settings must be added here, and their consequences in
// test/support/settings-model.ts.
import { z } from 'zod'
import { defaultSettings } from '../../rules/settings.ts'
import { weekdays } from '../../rules/time/working-hours.ts'
import { settings } from '../../src/config.ts'
import { routes } from '../../src/http/routes.ts'
import type { Chosen, Choice, Factor } from './pairs.ts'
import { choice, valuesOf } from './schema-values.ts'

/**
 * Ids that the values of some settings contain. They are known only when the company has been
 * created.
 */
export type StoryIds = { accountId: string; groupIds: [number, number]; colleague: number }
type Variation = { own: true } | { choices: Choice[] } | { not: string }
type Shape = Record<string, z.core.$ZodType>

const own: Variation = { own: true }
const by = (...values: unknown[]): Variation => ({ choices: values.map((one) => choice(one)) })
const named = (choices: Record<string, unknown>): Variation => ({
  choices: Object.entries(choices).map(([label, value]) => choice(value, label)),
})
const not = (why: string): Variation => ({ not: why })

const closed = { week: {}, reply: '我们下班了' }
const always = { week: Object.fromEntries(weekdays.map((day) => [day, ['00:00-24:00']])) }

const company: Record<keyof typeof defaultSettings, Variation> = {
  sessionRule: own,
  reclaimDays: own,
  fallbackMinutes: own,
  waitingMinutes: own,
  queueMinutes: own,
  queueInHours: own,
  // 20 minutes are less than idleCloseMinutes, so the story sees sessions taken back and sessions
  // closed
  takeBackMinutes: by(0, 20),
  idleCloseMinutes: own,
  queueWhen: own,
  rulesInConversation: own,
  closeOnUnsubscribe: own,
  traditionalAsSimplified: own,
  autoAcceptFirst: own,
  windowFirst: own,
  refuseOldPushes: own,
  reserveLastReply: own,
  tellPosition: own,
  positionReply: by(defaultSettings.positionReply, '第{position}位'),
  hours: named({ none: null, closed, always: { ...always, reply: '有人的' } }),
  accounts: named({
    none: {},
    'given in turn': ({ accountId }: StoryIds) => ({ [accountId]: { sessionRule: 'roundRobin' } }),
    'grabbed, closed': ({ accountId }: StoryIds) => ({
      [accountId]: { sessionRule: 'grab', hours: closed },
    }),
  }),
  groups: named({
    none: {},
    'given, always there': ({ groupIds: [first] }: StoryIds) => ({
      [first]: { sessionRule: 'even', hours: null },
    }),
    'grabbed, overflows': ({ groupIds: [first, second] }: StoryIds) => ({
      [first]: { sessionRule: 'grab', overflow: { groupId: second, waiting: 0, minutes: 5 } },
    }),
  }),
  greeting: by('', '您好，我是{name}'),
  askSatisfaction: own,
  satisfactionQuestion: by(defaultSettings.satisfactionQuestion, '这次怎么样？'),
  satisfactionThanks: by(defaultSettings.satisfactionThanks, ''),
}

const account: Record<string, Variation> = {
  type: own,
  name: by(undefined, '官网号'),
  originalId: by(undefined, 'gh_every_setting'),
  appSecret: not('every account that sends has one'),
  token: not('every account that is pushed has one'),
  encodingAesKey: by(null, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'),
  mode: own,
  binding: not('unbound takes no pushes (accounts.test.ts), platform has third-party.test.ts'),
  ownLane: own,
  allowedOrigins: not('of sites, which no follower writes to'),
}

const person: Record<string, Variation> = {
  username: not('everybody has their own'),
  password: not('everybody has one'),
  name: by(undefined, '小李'),
  role: own,
  // in the story, an agent for whom `enabled` is false was disabled and is enabled again
  enabled: own,
  groupIds: named({ none: [], one: ({ groupIds: [first] }: StoryIds) => [first] }),
  deputyUids: named({ none: [], one: ({ colleague }: StoryIds) => [colleague] }),
  accountIds: named({ all: undefined, one: ({ accountId }: StoryIds) => [accountId] }),
  // with a capacity of 0 the person gets nobody, so there is no story
  capacity: by(50, 1, 10_000),
  sessionsTo: not('only with a person who is disabled: disabled-people.test.ts'),
  greeting: by(null, '', '{name}为您服务'),
}

const environment: Record<string, Variation> = {
  HOST: not('a house of a test listens on loopback'),
  PORT: not('a house of a test has a free one'),
  SIMULATOR_PORT: not('of npm start'),
  DATA_DIR: not('every house has its own'),
  DATABASE_URL: not('the edition'),
  REDIS_URL: not('the edition'),
  SECRET_KEY: by(undefined, 'k'.repeat(32)),
  ADMIN_PASSWORD: not('read once, before there is anybody'),
  LOGIN_IDLE_HOURS: by(12, 1, 36),
  LOGIN_MAX_DAYS: by(7, 1, 21),
  KEEP_SIGN_INS_DAYS: own,
  KEEP_AUDIT_DAYS: own,
  KEEP_INBOX_DAYS: own,
  KEEP_UNUSED_FILES_DAYS: own,
  WECHAT_API_BASE: not('the simulator'),
  PUBLIC_URL: by(undefined, 'https://kefu.example.com'),
  SEARCH_URL: by(undefined, 'http://127.0.0.1:9'),
  CLOCK_URL: not('the test moves the clock itself'),
  // a test's product puts its own directory in front of this path, so that no two tests share files
  MEDIA_DIR: by(undefined, 'elsewhere'),
  TRUSTED_PROXIES: by(undefined, '127.0.0.1'),
  METRICS_TOKEN: by(undefined, 'm'.repeat(16)),
  WEBHOOK_MAX_IN_FLIGHT: own,
  LOG_LEVEL: not('a house hears its own log'),
}

function bodyOf(method: string, path: string): Shape {
  const body = routes.find((one) => one.method === method && one.path === path)?.body
  if (!(body instanceof z.ZodObject)) throw new Error(`${method} ${path} has no plain body`)
  return body.shape
}

export const sources = {
  environment: { shape: settings.shape as Shape, places: environment },
  company: { shape: bodyOf('patch', '/api/settings'), places: company },
  account: { shape: bodyOf('patch', '/api/accounts/:id'), places: account },
  person: {
    shape: {
      ...bodyOf('patch', '/api/users/:uid'),
      greeting: bodyOf('put', '/api/me/greeting')['text'] as z.core.$ZodType,
    },
    places: person,
  },
}
export type SettingsSource = keyof typeof sources

/**
 * The settings of a source that are varied, each with its values. Fails if a setting is missing
 * here, or an entry is of no setting.
 */
export function factorsOf(
  source: SettingsSource,
  { shape, places }: { shape: Shape; places: Partial<Record<string, Variation>> } = sources[source],
): Factor[] {
  const gone = Object.keys(places).find((name) => !(name in shape))
  if (gone !== undefined) throw new Error(`${source}.${gone} is no setting any more: ${where}`)
  return Object.entries(shape).flatMap(([name, schema]) => {
    const place = places[name]
    if (!place) throw new Error(`${source}.${name} has no place in the story: ${where}`)
    if ('not' in place) return []
    const choices = 'choices' in place ? place.choices : ownChoices(name, schema)
    if (choices.length < 2) {
      throw new Error(`${source}.${name}: its schema does not tell what it may be: ${where}`)
    }
    return [{ name: `${source}.${name}`, choices }]
  })
}

const where = 'see test/support/settings-places.ts'

const ownChoices = (name: string, schema: z.core.$ZodType): Choice[] =>
  (valuesOf(schema, (defaultSettings as Record<string, unknown>)[name]) ?? []).map((value) =>
    choice(value),
  )

/** Values of two settings that cannot be used together: encrypted pushes require a key. */
export const excluded = (one: Chosen, other: Chosen): boolean =>
  one.factor.name === 'account.mode' &&
  one.choice.value !== 'plain' &&
  other.factor.name === 'account.encodingAesKey' &&
  other.choice.value === null
