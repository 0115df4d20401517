// Makes the facts that must be true after a call of a race, each with the way to read it.
import { testAccount, password } from './app.ts'
import type { PromisedFact } from './race-act.ts'
import type { RaceScene, RaceRole } from './race-stage.ts'
import type { RouteAnswer } from './route-calls.ts'

export const at = (scene: RaceScene, things: string, more = '') =>
  `/api/${things}/${scene.ids.paths[things] ?? ''}${more}`

export const sessionAt = (scene: RaceScene, more = '') => at(scene, 'sessions', more)

export const read = async (scene: RaceScene, path: string, by: RaceRole = 'boss') => {
  const { status, body } = await scene.ask(by, `GET ${path}`)
  return status === 200 ? body : null
}

export const row = async (scene: RaceScene, query: string, values: (string | number)[]) =>
  (await scene.house.rows<Record<string, unknown>>(query, values))[0] ?? null

/**
 * What must be true after a line was accepted: it exists exactly once. A repeated call must not
 * store it again.
 */
export const lineThere = (scene: RaceScene, answer: RouteAnswer): PromisedFact[] => {
  const { id } = answer.body.message as { id: string }
  return [
    {
      of: `line ${id}`,
      want: 1,
      get: async () =>
        Number(
          (await row(scene, 'select count(*) as n from message_data where message_id = ?', [id]))?.[
            'n'
          ],
        ),
    },
  ]
}

/** What must be true if the caller was told that a session is theirs: the ledger says so too. */
export const ledgerSaysSo = (scene: RaceScene, { body }: RouteAnswer): PromisedFact[] => [
  {
    of: `ledger of ${body.id} with fence ${body.fence}`,
    want: body.agentUid,
    get: async () =>
      (
        await row(scene, 'select uid from session_ledger where session_id = ? and fence = ?', [
          body.id,
          body.fence,
        ])
      )?.['uid'] ?? null,
  },
]

export const sessionEnded = (scene: RaceScene): PromisedFact[] => [
  {
    of: 'the session is open',
    want: null,
    get: async () =>
      (
        await row(scene, 'select open_key from message_session where session_id = ?', [
          scene.ids.paths['sessions'] ?? '',
        ])
      )?.['open_key'],
  },
]

export const personAt = (scene: RaceScene) => at(scene, 'users')

export const fieldsOf = (
  answers: object,
  path: string,
  get: () => Promise<Record<string, unknown> | null>,
): PromisedFact[] =>
  Object.entries(answers).map(([name, want]) => ({
    of: `${path}#${name}`,
    want,
    get: async () => (await get())?.[name],
  }))

/**
 * Where the test looks for a thing that must exist after a call: in a list and at its own address.
 */
type WhereListed = { list: string; id: string | number; by?: RaceRole | undefined }

const thereAt = (scene: RaceScene, { list, id, by = 'boss' }: WhereListed): PromisedFact => ({
  of: `${list}/${id}#there`,
  want: true,
  get: async () => {
    const alone = await scene.ask(by, `GET ${list}/${id}`)
    if (alone.status === 200) return true
    const all = await read(scene, `${list}?limit=200`, by)
    return (
      all?.items.some(
        (one: { id?: unknown; componentAppid?: unknown }) =>
          one.id === id || one.componentAppid === id,
      ) ?? false
    )
  },
})

export const made =
  (list: string, by: RaceRole = 'boss', key = 'id') =>
  (scene: RaceScene, { body }: RouteAnswer): PromisedFact[] => [
    thereAt(scene, { list, id: body[key] as string, by }),
  ]

export const gone =
  (things: string) =>
  (scene: RaceScene): PromisedFact[] => [
    { ...thereAt(scene, { list: `/api/${things}`, id: idIn(scene, things) }), want: false },
  ]

const idIn = (scene: RaceScene, things: string): string | number => {
  const id = scene.ids.paths[things] ?? ''
  return things === 'groups' ? Number(id) : id
}

export const undoes = (things: string) => (scene: RaceScene) => [at(scene, things)]

export const presenceIs = (want: string) => (scene: RaceScene) => [
  {
    of: 'presence',
    want,
    get: async () =>
      (await row(scene, 'select presence from user where uid = ?', [scene.people.owner.uid]))?.[
        'presence'
      ],
  },
]

export const ruleBody = (name: string, more: object = {}) => ({
  name,
  enabled: true,
  priority: 0,
  match: { kind: 'exact', keywords: [name] },
  action: { kind: 'text', text: name },
  ...more,
})

export const ruleFor = (scene: RaceScene, n: number) =>
  ruleBody(`${scene.word}${n}`, n === 0 ? {} : { priority: n, enabled: false })

export const wholeRule = (scene: RaceScene, n: number): PromisedFact[] => {
  const { name, priority, enabled } = ruleFor(scene, n)
  const pick = (body: any) => [body?.name, body?.priority, body?.enabled]
  return [
    {
      of: `${at(scene, 'rules')}#whole`,
      want: [name, priority, enabled],
      get: async () => pick(await read(scene, at(scene, 'rules'))),
    },
  ]
}

export const toGroup = (scene: RaceScene) => Number(scene.ids.paths['groups'])

export const quickReplyBody = (n: number) => ({
  title: `t${n}`,
  content: { type: 'text', text: `c${n}` },
})

export const wholeReply = (scene: RaceScene, n: number): PromisedFact[] => [
  {
    of: `${at(scene, 'quick-replies')}#whole`,
    want: [quickReplyBody(n).title, quickReplyBody(n).content.text],
    get: async () => {
      const body = await read(scene, at(scene, 'quick-replies'))
      return [body?.title, body?.content.text]
    },
  },
]

/** What must be true after the push of a text was answered: its line is stored exactly once. */
export const pushed = (scene: RaceScene, text: string): PromisedFact[] => [
  {
    of: `line ${text}`,
    want: 1,
    get: async () =>
      Number(
        (await row(scene, 'select count(*) as n from message_data where text = ?', [text]))?.['n'],
      ),
  },
]

export const keys = {
  appSecret: testAccount.appSecret,
  token: 'racetoken',
  encodingAesKey: testAccount.encodingAesKey,
}

export const taken = (name: string) => (scene: RaceScene, n: number) => ({
  username: `${name}${scene.word}`,
  password,
  role: 'agent',
  name: `n${n}`,
})
