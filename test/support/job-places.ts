// For each job, a situation in which it has something to do. It starts from three followers who
// have written and are queued.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dayMs, minuteMs } from '../../rules/session/timers.ts'
import { nameAgent } from '../../src/actions/accounts/identities.ts'
import { rankFor } from '../../rules/session/routing.ts'
import { mediaDir } from '../../src/config.ts'
import { laneList } from '../../rules/session/queue-list.ts'
import type { RuleCounts } from './job-kills.ts'
import { marks } from './marks.ts'
import { textXml } from './raw-push.ts'
import {
  age,
  allSent,
  answer,
  claim,
  each,
  give,
  ids,
  nowOpen,
  write,
  type Ranked,
  type JobScene,
} from './job-scene.ts'
import { commonOf, presence } from './seen.ts'

export type Situation = {
  settings?: (scene: JobScene) => object
  arrange: (scene: JobScene) => Promise<unknown>
  /** Reads what the job changes besides sessions, so that the result can be compared. */
  also?: (scene: JobScene) => Promise<unknown>
  counted?: (scene: JobScene) => RuleCounts
  /** False if the job changes nothing in the database, so the test does not expect a change. */
  changes?: false
  /** True if the work is only in the memory of the process and lost with it. */
  mayLose?: true
}

export const situations: Record<string, Situation> = {
  reclaim: { arrange: (scene) => claim(scene).then(() => age(scene, 11 * dayMs)) },
  fallback: {
    arrange: async (scene) => {
      await claim(scene)
      await each(scene, (at) => scene.agent.call('POST', `${at}/close`, {}))
      for (const guest of scene.guests) await guest.customer.says('还有一件事')
      await nowOpen(scene)
      await age(scene, 60 * minuteMs)
    },
  },
  'waiting-timeout': {
    arrange: (scene) =>
      give(scene, { agentUid: scene.agent.uid }).then(() => age(scene, 2 * dayMs)),
  },
  'queue-timeout': { arrange: (scene) => age(scene, 3 * dayMs) },
  'idle-close': {
    settings: () => ({ idleCloseMinutes: 1, askSatisfaction: true }),
    arrange: async (scene) => {
      await claim(scene)
      await answer(scene)
      await allSent(scene)
      await age(scene, 10 * minuteMs)
    },
  },
  'take-back': {
    settings: () => ({ takeBackMinutes: 1 }),
    arrange: (scene) => claim(scene).then(() => age(scene, 10 * minuteMs)),
  },
  'hand-on': {
    arrange: async (scene) => {
      await claim(scene)
      await write(scene.house, "update user set enabled = 0, sessions_to = 'queue' where uid = ?", [
        scene.agent.uid,
      ])
    },
  },
  overflow: {
    settings: ({ groups: [from, to] }) => ({
      groups: { [from]: { overflow: { groupId: to, minutes: 1, waiting: 0 } } },
    }),
    arrange: (scene) =>
      give(scene, { groupId: scene.groups[0] }).then(() => age(scene, 10 * minuteMs)),
  },
  assign: {
    settings: () => ({ sessionRule: 'even' }),
    arrange: ({ agent }) => presence(agent, 'online'),
  },
  'accept-first': {
    settings: () => ({ autoAcceptFirst: true }),
    arrange: (scene) => give(scene, { agentUid: scene.agent.uid }),
  },
  'queue-rank': {
    settings: () => ({ windowFirst: true }),
    arrange: ({ house }) => write(house, "delete from installation where name like 'rank:%'"),
    also: async ({ house, guests }) => {
      const some = guests.map(({ sessionId }) => sessionId)
      const rows = await house.rows<Ranked>(
        `select s.\`rank\`, s.queued_at, u.priority, u.window_end from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where session_id in (${marks(some)})`,
        some,
      )
      return rows.map((row) => row.rank === rankFor(row, true, row.queued_at))
    },
  },
  'outbox-sweep': {
    arrange: async (scene) => {
      await claim(scene)
      await answer(scene)
      await allSent(scene)
      const { house } = scene
      const some = ids(scene)
      // the replies get the state in which a process leaves them that dies while it is sending them
      for (const set of [
        `outbox set state = 'sending', lease_token = 'dead', lease_until = ${house.app.ports.clock.now() - 1000}, settled_at = null, inflight_key = null`,
        "message_data set delivery = 'sending'",
      ]) {
        const mine = set.startsWith('outbox') ? "way = 'api'" : 'opercode = 1'
        await write(
          scene.house,
          `update ${set} where ${mine} and session_id in (${marks(some)})`,
          some,
        )
      }
    },
  },
  'queue-reconcile': {
    arrange: async ({ house, companyId, guests }) => {
      const from = laneList(await commonOf(house))
      await house.app.ports.queue.move(
        companyId,
        guests.map(({ sessionId: id }) => ({ id, from, to: null })),
      )
    },
    also: async ({ house, companyId }) => {
      const sums = await house.app.ports.queue.sums(companyId)
      return { whole: sums?.whole, counts: [...(sums?.lists ?? [])].map(([, { count }]) => count) }
    },
  },
  'rule-counts': {
    arrange: () => Promise.resolve(),
    counted: ({ companyId, accountId, guests }) => ({
      spoken: [],
      unanswered: guests.map(({ sessionId: text }) => ({
        companyId,
        accountId,
        text,
        folded: text,
      })),
    }),
    also: ({ house, guests }) =>
      Promise.all(
        guests.map(({ sessionId }) =>
          house.rows('select times from rule_unmatched where folded = ?', [sessionId]),
        ),
      ),
    mayLose: true,
  },
  // the job media-rescue needs nothing prepared and changes no row: it only counts, and wakes the
  // worker
  'media-rescue': { arrange: () => Promise.resolve(), changes: false },
  'kf-sync': {
    arrange: async ({ house, agent, companyId, accountId }) => {
      const me = { companyId, uid: house.admin.uid, role: 'admin' as const }
      const kfAccount = `n${agent.uid}@shop`
      await nameAgent(house.app.ports, me, { accountId, uid: agent.uid, kfAccount })
      await write(house, 'delete from kf_account')
    },
    also: async ({ house }) => (await house.rows('select kf_account from kf_account')).length > 0,
  },
  reread: {
    arrange: async (scene) => {
      const { house } = scene
      await write(house, "delete from installation where name like 'reread:%'")
      for (const { customer, sessionId } of scene.guests) {
        const xml = textXml(customer.openid, '1', '请问')
        await write(
          house,
          "update message_data set type = 'other', message_type = 0, text = null, extra = ? where session_id = ?",
          [JSON.stringify({ xml }), sessionId],
        )
      }
    },
  },
  'reread-refused': {
    arrange: async ({ house, companyId, accountId, guests }) => {
      const { ports } = house.app
      for (const { customer } of guests) {
        const inbox_id = ports.ids()
        const row = {
          inbox_id,
          company_id: companyId,
          account_id: accountId,
          openid: customer.openid,
          kind: 'text',
          created_at: ports.clock.now(),
        }
        const kept = { message_id: null, reader: 0, reread_at: null, read_at: null, read_by: null }
        const raw_xml = textXml(customer.openid, inbox_id, '没收到')
        await ports.store.work('rest', async (unit) => {
          await unit.inbox.add([{ ...row, dedup_key: inbox_id, state: 'refused', raw_xml }])
          unit.refused.add({ ...row, ...kept })
        })
      }
    },
  },
  'sweep-vault': {
    arrange: ({ house, companyId, guests }) => {
      for (const { sessionId } of guests) {
        const sha256 = createHash('sha256').update(sessionId).digest('hex')
        const directory = join(mediaDir(house.config), companyId, sha256.slice(0, 2))
        mkdirSync(directory, { recursive: true })
        writeFileSync(join(directory, sha256), sessionId)
        utimesSync(join(directory, sha256), 1, 1)
      }
      return Promise.resolve()
    },
    also: ({ house }) =>
      Promise.resolve(
        readdirSync(mediaDir(house.config), { recursive: true }).filter(
          (name) => String(name).length > 80,
        ).length,
      ),
  },
  'forget-old': {
    arrange: async ({ house, companyId, accountId }) => {
      const rows = Array.from({ length: 1200 }, (_, n) => ({
        company_id: companyId,
        text_hash: createHash('sha256').update(String(n)).digest('hex'),
        account_id: accountId,
        text: String(n),
        folded: `old ${n}`,
        times: 1,
        first_at: 1,
        last_at: 1,
      }))
      await house.app.ports.store.work('rest', (unit) => unit.rules.addUnmatched(rows))
    },
    also: async ({ house }) =>
      (await house.rows("select folded from rule_unmatched where folded like 'old %'")).length,
  },
}
