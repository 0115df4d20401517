// Makes the facts that must be true after a call of a race, each with the way to read it.
import { account, password } from './app.ts'
import type { Claim } from './race-act.ts'
import type { Scene, Who } from './race-stage.ts'
import type { Answered } from './route-calls.ts'

export const at = (scene: Scene, things: string, more = '') =>
  `/api/${things}/${scene.ids.paths[things] ?? ''}${more}`

export const sessionAt = (scene: Scene, more = '') => at(scene, 'sessions', more)

export const read = async (scene: Scene, path: string, by: Who = 'boss') => {
  const { status, body } = await scene.ask(by, `GET ${path}`)
  return status === 200 ? body : null
}

export const row = async (scene: Scene, query: string, values: (string | number)[]) =>
  (await scene.house.rows<Record<string, unknown>>(query, values))[0] ?? null

/**
 * What must be true after a line was accepted: it exists exactly once. A repeated call must not
 * store it again.
 */
export const lineThere = (scene: Scene, answer: Answered): Claim[] => {
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
export const told = (scene: Scene, { body }: Answered): Claim[] => [
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

export const ended = (scene: Scene): Claim[] => [
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

export const personAt = (scene: Scene) => at(scene, 'users')

export const fieldsOf = (
  answers: object,
  path: string,
  get: () => Promise<Record<string, unknown> | null>,
): Claim[] =>
  Object.entries(answers).map(([name, want]) => ({
    of: `${path}#${name}`,
    want,
    get: async () => (await get())?.[name],
  }))

/**
 * Where the test looks for a thing that must exist after a call: in a list and at its own address.
 */
type Place = { list: string; id: string | number; by?: Who | undefined }

const thereAt = (scene: Scene, { list, id, by = 'boss' }: Place): Claim => ({
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
  (list: string, by: Who = 'boss', key = 'id') =>
  (scene: Scene, { body }: Answered): Claim[] => [
    thereAt(scene, { list, id: body[key] as string, by }),
  ]

export const gone =
  (things: string) =>
  (scene: Scene): Claim[] => [
    { ...thereAt(scene, { list: `/api/${things}`, id: idIn(scene, things) }), want: false },
  ]

const idIn = (scene: Scene, things: string): string | number => {
  const id = scene.ids.paths[things] ?? ''
  return things === 'groups' ? Number(id) : id
}

export const undoes = (things: string) => (scene: Scene) => [at(scene, things)]

export const presenceOf = (want: string) => (scene: Scene) => [
  {
    of: 'presence',
    want,
    get: async () =>
      (await row(scene, 'select presence from user where uid = ?', [scene.people.owner.uid]))?.[
        'presence'
      ],
  },
]

export const rule = (name: string, more: object = {}) => ({
  name,
  enabled: true,
  priority: 0,
  match: { kind: 'exact', keywords: [name] },
  action: { kind: 'text', text: name },
  ...more,
})

export const ruleFor = (scene: Scene, n: number) =>
  rule(`${scene.word}${n}`, n === 0 ? {} : { priority: n, enabled: false })

export const wholeRule = (scene: Scene, n: number): Claim[] => {
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

export const toGroup = (scene: Scene) => Number(scene.ids.paths['groups'])

export const reply = (n: number) => ({ title: `t${n}`, content: { type: 'text', text: `c${n}` } })

export const wholeReply = (scene: Scene, n: number): Claim[] => [
  {
    of: `${at(scene, 'quick-replies')}#whole`,
    want: [reply(n).title, reply(n).content.text],
    get: async () => {
      const body = await read(scene, at(scene, 'quick-replies'))
      return [body?.title, body?.content.text]
    },
  },
]

/** What must be true after the push of a text was answered: its line is stored exactly once. */
export const pushed = (scene: Scene, text: string): Claim[] => [
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
  appSecret: account.appSecret,
  token: 'racetoken',
  encodingAesKey: account.encodingAesKey,
}

export const taken = (name: string) => (scene: Scene, n: number) => ({
  username: `${name}${scene.word}`,
  password,
  role: 'agent',
  name: `n${n}`,
})
