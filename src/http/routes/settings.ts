import { z } from 'zod'
import { changeSettings, readCompanySettings } from '../../actions/companies/change-settings.ts'
import { ranges, sessionRules } from '../../../rules/settings.ts'
import { isZone, weekdays } from '../../../rules/time/working-hours.ts'
import { presentSettings } from '../../views/settings.ts'
import { route, type Route } from '../engine/route.ts'
import { numberGiven } from '../engine/params.ts'

const within = (name: keyof typeof ranges) =>
  z.number().int().min(ranges[name][0]).max(ranges[name][1])

const span = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'as 09:00-18:00')
const date = z.iso.date()
const hours = z
  .strictObject({
    zone: z.string().max(64).refine(isZone, 'not a time zone').default('Asia/Shanghai'),
    week: z.partialRecord(z.enum(weekdays), z.array(span).max(6)),
    holidays: z
      .array(
        z.strictObject({ from: date, to: date.optional(), open: z.array(span).max(6).optional() }),
      )
      .max(400)
      .default([]),
    reply: z.string().trim().max(600).default(''),
  })
  .nullable()

const sessionRule = z.enum(sessionRules)
const ofAccount = { sessionRule: sessionRule.optional(), hours: hours.optional() }
const overflow = z
  .strictObject({
    groupId: numberGiven,
    waiting: z.number().int().min(0).max(100_000).default(0),
    minutes: z.number().int().min(0).max(525_600).default(0),
  })
  .nullable()

export const settingsPatch = z
  .strictObject({
    sessionRule,
    reclaimDays: within('reclaimDays'),
    fallbackMinutes: within('fallbackMinutes'),
    waitingMinutes: within('waitingMinutes'),
    queueMinutes: within('queueMinutes'),
    queueInHours: z.boolean(),
    idleCloseMinutes: within('idleCloseMinutes'),
    takeBackMinutes: within('takeBackMinutes'),
    queueWhen: z.enum(['always', 'unanswered', 'asked']),
    rulesInConversation: z.boolean(),
    closeOnUnsubscribe: z.boolean(),
    traditionalAsSimplified: z.boolean(),
    autoAcceptFirst: z.boolean(),
    windowFirst: z.boolean(),
    refuseOldPushes: z.boolean(),
    reserveLastReply: z.boolean(),
    tellPosition: z.boolean(),
    positionReply: z.string().trim().min(1).max(600),
    hours,
    greeting: z.string().max(500),
    askSatisfaction: z.boolean(),
    satisfactionQuestion: z.string().trim().min(1).max(200),
    satisfactionThanks: z.string().max(200),
    accounts: z.record(z.string().max(32), z.strictObject(ofAccount).nullable()),
    groups: z.record(
      z.string().regex(/^\d{1,9}$/),
      z.strictObject({ ...ofAccount, overflow: overflow.optional() }).nullable(),
    ),
  })
  .partial()

export const settingsRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/settings',
    who: 'admin',
    reach: 'company',
    summary: "Settings of one's own company",
    answers: 'Settings',
    handle: async ({ ports, me }) => ({
      body: presentSettings(await readCompanySettings(ports, me)),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/settings',
    who: 'admin',
    reach: 'company',
    summary: "Change settings of one's own company",
    body: settingsPatch,
    answers: 'Settings',
    handle: async ({ ports, me, body }) => ({
      body: presentSettings(await changeSettings(ports, me, body)),
    }),
  }),
]
