// Makes a variant of a call for races: if the fields of its body are independent, each call changes
// one of them, drawn by the seed.
import type { Route } from '../../src/http/engine/route.ts'
import { password } from './app.ts'
import type { RaceWay } from './race-act.ts'
import { fieldsOf, read, toGroup } from './race-claims.ts'
import type { RaceScene } from './race-stage.ts'
import { type InputSchema, callOf, freshWord, operationOf, inputSchemaOf } from './route-calls.ts'

export const inGroup = (scene: RaceScene) => ({
  username: freshWord(),
  password,
  role: 'agent',
  groupIds: [toGroup(scene)],
})

/** Routes that look like writing but change no row, so they are not raced. */
export const readsOnly = new Set(['POST /api/rules/test'])

/** Fields that the API never returns, so a race cannot check their value. */
const unseen = new Set(['appSecret', 'token', 'encodingAesKey', 'password'])

/**
 * Fields of each route that are left out here, because they are raced in variants of their own or
 * cannot be read back.
 */
const elsewhere: Record<string, string[]> = {
  'PATCH /api/users/:uid': ['username', 'password', 'enabled', 'sessionsTo'],
  'PATCH /api/companies/:id': ['enabled'],
  'PATCH /api/accounts/:id': [
    'binding',
    'mode',
    'allowedOrigins',
    'encodingAesKey',
    'appSecret',
    'token',
  ],
  'PATCH /api/receptions/:id': ['kind', 'uid', 'groupId'],
  'PATCH /api/settings': ['accounts'],
  // the exclusive agent is left out, because that field is not independent: whoever takes the
  // session also becomes the exclusive agent
  'PATCH /api/customers/:id': ['exclusiveAgentUid'],
}

/**
 * What these fields change besides the rows of their own route, so that they are raced with the
 * calls that write those rows too.
 */
const fieldsTouch: Record<string, Pick<RaceWay, 'kinds' | 'spoils'>> = {
  'PATCH /api/settings': { kinds: ['group', 'session'], spoils: ['settings'] },
  'PATCH /api/users/:uid': { kinds: ['group', 'session'], spoils: ['rights'] },
  'PATCH /api/accounts/:id': { kinds: ['session'] },
}

/** Two values to race for each field that cannot have the values made up from its schema. */
export const values: Record<string, (scene: RaceScene) => [unknown, unknown]> = {
  tags: () => [['一'], ['二']],
  expiresAt: () => ['2100-01-01T00:00:00.000Z', '2200-01-01T00:00:00.000Z'],
  maxAgents: () => [100, 200],
  maxAccounts: () => [100, 200],
  parentId: (scene) => [Number(scene.ids.fields['parentId']), null],
  groupIds: (scene) => [[toGroup(scene)], []],
  deputyUids: ({ people }) => [[people.other.uid], [people.chief.uid]],
  accountIds: ({ account: { id } }) => [[id], [id]],
  hours: () => [null, null],
  originalId: () => ['gh_one', 'gh_two'],
  token: () => ['onetoken', 'twotoken'],
  appSecret: () => ['a'.repeat(32), 'b'.repeat(32)],
  encodingAesKey: () => ['A'.repeat(43), 'B'.repeat(43)],
  replyText: () => ['one', 'two'],
  type: () => [1, 2],
  capacity: () => [800, 900],
  groups: (scene) => [
    { [toGroup(scene)]: { sessionRule: 'grab' } },
    { [toGroup(scene)]: { sessionRule: 'even' } },
  ],
}

/**
 * Fields that name groups. If the other call of a race deletes a group, what was expected of these
 * fields need not be true any more.
 */
const dependsOnGroup = new Set(['groupIds', 'groups'])

type Field = { name: string; schema: InputSchema }

function valuesOf(scene: RaceScene, operation: string, { name, schema }: Field): unknown[] {
  const known = values[name]?.(scene)
  if (known) return known
  if (schema.type === 'boolean') return [true, false]
  if (schema.enum) return schema.enum.slice(0, 2)
  if (schema.type === 'integer') {
    const least = Math.max((schema as { minimum?: number }).minimum ?? 0, 1)
    return [least, least + 1]
  }
  if (schema.type === 'string') return ['one', 'two']
  throw new Error(
    `${operation} has a field ${name}: give it two values in test/support/race-fields.ts (values), or say in elsewhere how it is raced.`,
  )
}

/**
 * For a body whose fields are independent: a variant that sends one of them, drawn by the seed;
 * null for any other body.
 */
export function byField(route: Route): RaceWay | null {
  const operation = operationOf(route)
  const { properties }: InputSchema = route.body ? inputSchemaOf(route.body) : {}
  if (route.method !== 'patch' || !properties) return null
  const names = Object.keys(properties).filter((name) => !elsewhere[operation]?.includes(name))
  const sent = new Map<string, Record<string, unknown>>()
  return {
    name: 'by field',
    ...fieldsTouch[operation],
    body: (scene, n) => {
      const name = scene.draw.one(names)
      const field = { name, schema: properties[name] ?? {} }
      const body = { [name]: valuesOf(scene, operation, field)[n % 2] }
      sent.set(`${scene.word}${n}`, body)
      return body
    },
    claims: (scene, _, n) => {
      const body = sent.get(`${scene.word}${n}`) ?? {}
      const seen = Object.entries(body).filter(([name]) => !unseen.has(name))
      const path = pathOf(route, scene)
      return fieldsOf(Object.fromEntries(seen), path, () => whole(scene, path)).map((claim) =>
        [...dependsOnGroup].some((name) => claim.of.endsWith(`#${name}`))
          ? { ...claim, of: `names the group: ${claim.of}` }
          : claim,
      )
    },
  }
}

const pathOf = (route: Route, scene: RaceScene) =>
  callOf(route, scene.ids, { by: 'admin', body: () => ({}) }).path

async function whole(scene: RaceScene, path: string): Promise<Record<string, unknown> | null> {
  const by = /companies|platforms/.test(path) ? 'operator' : 'boss'
  const alone = await read(scene, path, by)
  if (alone) return alone
  const list = path.slice(0, path.lastIndexOf('/'))
  const id = path.slice(path.lastIndexOf('/') + 1)
  const items = (await read(scene, `${list}?limit=200`, by))?.items ?? []
  return items.find((one: { id?: unknown }) => String(one.id) === id) ?? null
}
