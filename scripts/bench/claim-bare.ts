// One process of the program with which kefu's claims are compared. It does only what no claim can
// do without: ZPOPMIN picks the next session, and one conditional UPDATE takes it. It has no
// rights, capacity, ledger, events or HTTP.
import { Redis } from 'ioredis'
import { createPool, type ResultSetHeader } from 'mysql2/promise'
import { active, queued } from '../../rules/session/states.ts'
import { connections, nowMs, together, type ClaimsMade } from './claims.ts'

const turn = `update bare_session set state = ${active}, uid = ? where id = ? and state = ${queued}`
const [url = '', redisUrl = '', firstUid = '0', workers = '0'] = process.argv.slice(2)
const pool = createPool({ uri: url, connectionLimit: connections })
const redis = new Redis(redisUrl)

async function claimUntilEmpty(list: string, uid: number): Promise<ClaimsMade> {
  const done: ClaimsMade = { claims: [], failures: 0 }
  for (;;) {
    const began = nowMs()
    const [id] = await redis.zpopmin(list)
    if (id === undefined) return done
    const [result] = await pool.execute<ResultSetHeader>(turn, [uid, id])
    if (result.affectedRows === 1) done.claims.push({ id, uid, began, ended: nowMs() })
    else done.failures += 1
  }
}

process.on('message', (list: string) => {
  const all = Array.from({ length: Number(workers) }, (_, n) =>
    claimUntilEmpty(list, Number(firstUid) + n),
  )
  Promise.all(all).then(
    (parts) => process.send?.(together(parts)),
    () => process.exit(1),
  )
})
process.once('disconnect', () => process.exit(0))
process.send?.('ready')
