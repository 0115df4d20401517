// A load like that of a busy company: followers write, agents claim, answer and close. Everybody
// goes on whatever happens, and each operation is recorded with its outcome: `ok`, `no` (refused
// without effect) or `unknown` (it may have taken effect).
import { testAccount, post, type House } from './app.ts'
import { asAgent, type Agent } from './crowd.ts'
import { betweenLooks } from './pauses.ts'

export type Done = {
  kind: 'push' | 'claim' | 'reply' | 'close'
  who: string
  /** What the operation was about: its text, or the id of its session; empty for a claim. */
  key: string
  result: 'ok' | 'no' | 'unknown'
  statuses: (number | null)[]
  /** For a push: how long each attempt took that was answered with 200, in milliseconds. */
  tookMs: number[]
  /**
   * For a push its MsgId, otherwise the id of the message or session that the answer contains;
   * empty if there is none.
   */
  id: string
  from: number
  to: number
}
export type Load = {
  /** The name with which all texts of this load begin, so that they can be told from others. */
  name: string
  done: Done[]
  /** Ends the load: running operations end, and no new ones start. */
  stop: () => Promise<void>
}
type RunningLoad = { house: House; name: string; done: Done[]; running: () => boolean }
type LoadOptions = { name: string; followers: number; agents: Agent[] }

const givesUpMs = 8000
const pauseMs = 40
const linesOfEach = 4

export function openLoad(house: House, { name, followers, agents }: LoadOptions): Load {
  let running = true
  const desk: RunningLoad = { house, name, done: [], running: () => running }
  const all = Promise.all([
    ...Array.from({ length: followers }, () => write(desk)),
    ...agents.map((agent) => serve(desk, agent)),
  ])
  return {
    name,
    done: desk.done,
    stop: async () => {
      running = false
      await all
    },
  }
}

type Try = { status: number | null; ms: number }

/**
 * A follower writes a few lines, then another one begins. Every third line is sent twice at the
 * same time, as WeChat may do.
 */
async function write({ house, name, done, running }: RunningLoad): Promise<void> {
  const { simulator } = house
  for (let n = 0, openid = ''; running(); n += 1) {
    if (n % linesOfEach === 0) {
      openid = (await post(`${simulator}/sim/followers`, { appid: testAccount.appid }))
        .openid as string
    }
    const [key, from] = [`${name}-${openid}-${n}`, performance.now()]
    const { tries, msgId } = (await post(`${simulator}/sim/followers/${openid}/send`, {
      appid: testAccount.appid,
      type: 'text',
      text: key,
      ...(n % 3 === 0 && { copies: 2, parallel: true }),
    })) as { tries: Try[]; msgId: string }
    const taken = tries.filter(({ status }) => status === 200)
    done.push({
      kind: 'push',
      who: openid,
      key,
      result: taken.length > 0 ? 'ok' : 'unknown',
      statuses: tries.map(({ status }) => status),
      tookMs: taken.map(({ ms }) => ms),
      id: msgId,
      from,
      to: performance.now(),
    })
    await betweenLooks(pauseMs)
  }
}

/** The agent answers each claimed session once or twice, closes it and claims the next. */
async function serve(desk: RunningLoad, agent: Agent): Promise<void> {
  let session: string | null = null
  for (let n = 1; desk.running(); n += 1) {
    session ??= await claim(desk, agent)
    if (session !== null) {
      const path = `/api/sessions/${session}`
      const clientMsgId = `${desk.name}-${agent.uid}-${n}`
      const body = { clientMsgId, type: 'text', text: clientMsgId }
      const copies = n % 4 === 0 ? 2 : 1
      const reply: LoadCall = {
        kind: 'reply',
        key: clientMsgId,
        path: `${path}/messages`,
        body,
        copies,
      }
      const [said] = await until(desk, agent, reply)
      if (said?.status !== 202 || n % 2 === 0) {
        await until(desk, agent, { kind: 'close', key: session, path: `${path}/close` })
        session = null
      }
    }
    await betweenLooks(pauseMs)
  }
}

/** Claims the next session. If the answer is lost, the agent looks up which sessions they have. */
async function claim(desk: RunningLoad, agent: Agent): Promise<string | null> {
  const answer = await act(desk, agent, { kind: 'claim', key: '', path: '/api/sessions/claim' })
  if (answer && answer.status < 500) return answer.id || null
  await betweenLooks(5 * pauseMs)
  const seen = await asAgent(desk.house.url, agent)(
    'GET',
    '/api/sessions?state=active&mine=true&limit=1',
  ).catch(() => null)
  return (seen?.body as { items?: { id: string }[] } | undefined)?.items?.[0]?.id ?? null
}

/** Repeats the same call until its outcome is known, because an answer may be lost. */
async function until(desk: RunningLoad, agent: Agent, what: LoadCall): Promise<AnswerWithId[]> {
  for (;;) {
    const answers = await Promise.all(
      Array.from({ length: what.copies ?? 1 }, () => act(desk, agent, what)),
    )
    const known = answers.filter((answer) => answer !== null && answer.status < 500)
    if (known.length > 0) return known as AnswerWithId[]
    await betweenLooks(5 * pauseMs)
  }
}

type LoadCall = { kind: Done['kind']; key: string; path: string; body?: object; copies?: number }
type AnswerWithId = { status: number; id: string }

async function act(
  { house, done }: RunningLoad,
  agent: Agent,
  { kind, key, path, body = {} }: LoadCall,
): Promise<AnswerWithId | null> {
  const from = performance.now()
  const answer = await ask(`${house.url}${path}`, agent.token, body).catch(() => null)
  done.push({
    kind,
    who: String(agent.uid),
    key,
    result: resultOf(answer),
    statuses: [answer?.status ?? null],
    tookMs: [],
    id: answer?.id ?? '',
    from,
    to: performance.now(),
  })
  return answer
}

function resultOf(answer: AnswerWithId | null): Done['result'] {
  if (!answer || answer.status >= 500) return 'unknown'
  return answer.status < 300 ? 'ok' : 'no'
}

async function ask(url: string, token: string, body: object): Promise<AnswerWithId> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(givesUpMs),
  })
  const text = await answer.text()
  const said = (text.startsWith('{') ? JSON.parse(text) : {}) as BodyWithId
  return { status: answer.status, id: said.message?.id ?? said.id ?? '' }
}
type BodyWithId = { id?: string; message?: { id: string } }
