// Downloads what followers sent, before WeChat deletes it after three days. Files are fetched by
// their media id through WeChat's API only; an address that came from a follower is never opened.
// An error message in text form is never stored as a picture.
import type { MediaFetchRow, MessageRow, ResourceRow } from '../../../entities/index.ts'
import { personStream } from '../../../rules/session/stream.ts'
import { isAppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { presentMessage } from '../../views/message.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents } from '../streams/write.ts'
import { openAccountWorker } from '../account-worker.ts'
import { openShares } from '../shares.ts'
import type { Worker } from '../worker.ts'
import { pieces } from '../sift.ts'
import { keepMedia, streamOf, type KeepNeeds } from './keep-media.ts'

export type FetchNeeds = KeepNeeds & Needs<'channel' | 'known' | 'bus' | 'log' | 'metrics'>

/** A file is held in memory while it is downloaded, which may take a minute, so few run at once. */
const shares = { perAccount: 4, first: 1, atOnce: 8, most: 64, slowAfterMs: 5000 }
const minute = 60_000
const longest = 60 * minute
/**
 * How many attempts in a row WeChat must have answered that it does not have a file, or with
 * something that is no file, before we believe it and give the file up.
 */
const believedAfter = 4

/**
 * Opens the worker that downloads files. Each account has its own share of the process, so that an
 * account whose downloads hang does not delay those of others.
 */
export function openFetcher(needs: FetchNeeds): Worker {
  const { media } = needs.store.read
  return openAccountWorker(needs, {
    bell: 'media',
    kinds: { file: openShares(needs.clock, shares) },
    pending: async () =>
      (await media.pending()).map((row) => ({ accountId: row.account_id, kind: 'file' })),
    ready: ({ accountId }, limit) => media.ready(accountId, { now: needs.clock.now(), limit }),
    keyOf: (row) => `${row.message_id}:${row.part}`,
    run: (row) => fetchOne(needs, row),
  })
}

async function fetchOne(needs: FetchNeeds, row: MediaFetchRow): Promise<boolean> {
  const now = needs.clock.now()
  const retryAt = now + Math.min(longest, minute * 2 ** Math.min(row.attempts, 10))
  if ((await needs.store.work('rest', (unit) => unit.media.take(row, retryAt))) === 0) return false
  const result = now >= row.dies_at ? { lost: 'expired' } : await tryFetch(needs, row)
  await settle(needs, row, { result, retryAt })
  return true
}

type Result = { resource: ResourceRow } | { lost: string } | { later: string }

async function tryFetch(needs: FetchNeeds, row: MediaFetchRow): Promise<Result> {
  const account = await accountOf(needs, row)
  if (!account) return { later: 'account_not_bound' }
  const fetched = await needs.channel.fetchMedia(account, row.media_id)
  if (fetched.outcome === 'later') return { later: fetched.reason }
  if (fetched.outcome === 'gone') return lostOrLater(row, 'gone')
  try {
    return {
      resource: await keepMedia(needs, {
        companyId: row.company_id,
        source: streamOf(fetched.bytes),
        name: '',
        uid: null,
        strict: false,
      }),
    }
  } catch (error) {
    if (isAppError(error, 'too_large')) return { lost: 'too_large' }
    if (isAppError(error, 'wrong_type')) return lostOrLater(row, 'not_a_medium')
    needs.log.error({ error: String(error) }, 'a medium could not be kept; it is fetched again')
    return { later: 'vault' }
  }
}

/**
 * Gives a file up if WeChat has said the same often enough. How often, is kept in the reason of the
 * row, as in `gone 2`, so that other failures (a network that is down) do not count.
 */
function lostOrLater({ reason }: MediaFetchRow, why: 'gone' | 'not_a_medium'): Result {
  const [said, before] = reason?.split(' ') ?? []
  const times = said === why ? Number(before ?? 1) + 1 : 1
  return times >= believedAfter ? { lost: why } : { later: `${why} ${times}` }
}

async function accountOf(needs: FetchNeeds, row: MediaFetchRow) {
  const account = await needs.store.read.accounts.find(row.company_id, row.account_id)
  const known =
    account && account.binding !== 'unbound' ? await needs.known.account(account.appid) : null
  return known?.account_id === row.account_id ? known : null
}

async function settle(
  needs: FetchNeeds,
  row: MediaFetchRow,
  { result, retryAt }: { result: Result; retryAt: number },
): Promise<void> {
  if ('later' in result) {
    await needs.store.work('rest', (unit) =>
      unit.media.settle(row, { state: 'pending', reason: result.later.slice(0, 64), retryAt }),
    )
    return
  }
  const uid = await needs.store.work('rest', async (unit) => {
    const line = await unit.messages.find(row.company_id, row.message_id)
    const session = line?.session_id
      ? await unit.sessions.lock(row.company_id, line.session_id)
      : null
    const settled = await unit.media.settle(row, {
      state: 'lost' in result ? 'lost' : 'fetched',
      reason: 'lost' in result ? result.lost : null,
      retryAt,
    })
    // the line is read again, because its other part (the video or its preview picture) may have
    // been downloaded meanwhile
    const now = settled === 1 ? await unit.messages.find(row.company_id, row.message_id) : null
    if (!now) return null
    const completed = await complete(unit, now, { part: row.part, result })
    const uid = session?.uid ?? null
    if (uid === null) return null
    writeEvents(needs, unit, [
      {
        companyId: row.company_id,
        stream: personStream(uid),
        type: 'message.changed',
        data: presentMessage(completed),
      },
    ])
    return uid
  })

  needs.metrics.media.inc({ result: 'lost' in result ? result.lost : 'fetched' })
  if (uid !== null) ringStreams(needs, [{ companyId: row.company_id, stream: personStream(uid) }])
}

type FetchDone = Exclude<Result, { later: string }>

async function complete(
  unit: Unit,
  line: MessageRow,
  { part, result }: { part: string; result: FetchDone },
): Promise<MessageRow> {
  const extra = JSON.parse(line.extra ?? '{}') as object
  const more = part === 'thumb' ? thumb(result) : file(result)
  const completed = {
    ...line,
    extra: JSON.stringify({ ...extra, ...more }),
    resources_id:
      part === 'file' && 'resource' in result ? result.resource.resources_id : line.resources_id,
  }
  await unit.media.complete(line.message_id, completed.resources_id, completed.extra)
  return completed
}

const thumb = (result: FetchDone): object =>
  'resource' in result ? { thumb: result.resource.resources_id } : {}
const file = (result: FetchDone): object =>
  'resource' in result
    ? { mime: result.resource.mime_type, size: result.resource.resources_size }
    : { lost: result.lost }

/**
 * The job that looks after downloads. The worker downloads without it; the job reports how many
 * files still wait and how many are lost, and wakes the worker.
 */
export async function rescueMedia(
  needs: FetchNeeds,
  companyId: string,
): Promise<{ pending: number; fetched: number; lost: number }> {
  needs.bus.publish('media', '')
  const told = { pending: 0, fetched: 0, lost: 0 }
  for await (const rows of pieces<Fetch>((last, limit) =>
    needs.store.slow.media.fetches({ id: last?.message_id ?? '', part: last?.part ?? '', limit }),
  )) {
    for (const { company_id: of, state } of rows) {
      if (of === companyId && state in told) told[state as keyof typeof told] += 1
    }
  }
  return told
}

type Fetch = Awaited<ReturnType<Needs<'store'>['store']['slow']['media']['fetches']>>[number]
