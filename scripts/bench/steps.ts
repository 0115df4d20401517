// Measures each step of a push on its own: the product's functions in a loop, with the median of
// many short rounds.
import { join } from 'node:path'
import {
  dedupKey,
  decryptMessage,
  encryptMessage,
  openPush,
  readXml,
  renderReply,
  verifyQuery,
} from 'wechat-api-ts'
import { removeDir } from '../services/places.ts'
import { median } from './place.ts'
import { benchAccount, benchPushes, sign, type Mode } from './pushes.ts'
import { openSeeded, type Seeded } from './serve-kefu.ts'
import { storing, type StoreStep } from './store-steps.ts'

const laps = 60
const perLap = 2000

export async function measureSteps(dir: string): Promise<StoreStep[]> {
  const data = join(dir, 'steps')
  const seeded = await openSeeded({ DATA_DIR: data }, 'plain')
  try {
    return [...parsing(), matching(seeded), ...answering(), ...(await storing(seeded, 'SQLite'))]
  } finally {
    await seeded.app.close()
    removeDir(data)
  }
}

/** Measures the duration of a call in µs. The first rounds are for warming up and do not count. */
function time(name: string, call: (n: number) => unknown): StoreStep {
  let kept = 0
  const times = Array.from({ length: laps }, (_, lap) => {
    const began = performance.now()
    for (let n = 0; n < perLap; n++) if (call(lap * perLap + n)) kept += 1
    return ((performance.now() - began) * 1000) / perLap
  })
  if (kept < 0) throw new Error('never')
  return { name, micros: median(times.slice(laps / 3)) }
}

function parsing(): StoreStep[] {
  const some = [...benchPushes(1000, 0)]
  const asked = (mode: Mode) =>
    some
      .map((push, n) => sign(push, mode, n))
      .map(({ query, body }) => ({ query, url: new URLSearchParams(query), body }))
  const [plain, safe] = [asked('plain'), asked('safe')]
  const of = <T>(list: T[], n: number) => list[n % list.length] as T
  const sealed = some.map(({ xml }) =>
    encryptMessage(benchAccount.encodingAesKey, benchAccount.appid, xml),
  )
  const { appid, token, encodingAesKey } = benchAccount
  const opened = (mode: Mode, { url, body }: { url: URLSearchParams; body: string }) =>
    dedupKey(openPush({ appid, token, encodingAesKey, mode }, url, body).inbound)
  return [
    time('query of the URL', (n) => new URLSearchParams(of(plain, n).query)),
    time('signature of the query', (n) => verifyQuery(benchAccount.token, of(plain, n).url)),
    time('XML read', (n) => readXml(of(plain, n).body)),
    time('whole push opened, plain', (n) => opened('plain', of(plain, n))),
    time('envelope decrypted', (n) =>
      decryptMessage(benchAccount.encodingAesKey, benchAccount.appid, of(sealed, n)),
    ),
    time('whole push opened, safe', (n) => opened('safe', of(safe, n))),
  ]
}

function matching({ company, account: known }: Seeded): StoreStep {
  const texts = [...benchPushes(1000, 0)].map(({ text }) => text)
  return time('rule match among 100', (n) =>
    company.matcher.text(texts[n % texts.length] ?? '', { accountId: known.account_id, now: 0 }),
  )
}

function answering(): StoreStep[] {
  const to = { openid: 'oBenchKnown_0000000000000001', originalId: benchAccount.originalId }
  const xml = renderReply(to, { type: 'text', text: '您好，客服马上就来。' }, 1_700_000_000)
  return [
    time('answer rendered', (n) =>
      renderReply(to, { type: 'text', text: '您好，客服马上就来。' }, 1_700_000_000 + n),
    ),
    time('answer encrypted, safe', () =>
      encryptMessage(benchAccount.encodingAesKey, benchAccount.appid, xml),
    ),
  ]
}
