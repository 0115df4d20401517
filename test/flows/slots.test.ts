// Time is divided into slots for each job, and the slot's row in the database decides which process
// runs the job.
import assert from 'node:assert/strict'
import test from 'node:test'
import { jobs, type Job } from '../../src/actions/jobs/jobs.ts'
import { jobFailed, openSchedule } from '../../src/cron/schedule.ts'
import { AppError } from '../../src/errors.ts'
import { runByHand, runSlot } from '../../src/actions/jobs/run-job.ts'
import { testAccount, openHouse, password } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { timePasses } from '../support/pauses.ts'

void test('if many processes want the same slot of a job, exactly one runs it and nobody later does; the next slot is free', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  let runs = 0
  const job: Job = {
    name: 'counted',
    everyMs: 1000,
    run: async () => {
      runs += 1
      return {}
    },
  }
  const come = (slot: string) =>
    Promise.all(Array.from({ length: 10 }, () => runSlot(house.app.ports, job, slot)))
  const ran = (answers: unknown[]) => answers.filter((one) => one !== null).length

  assert.equal(ran(await come('1')), 1)
  assert.equal(ran(await come('1')), 0, 'it is over, and nobody has it again')
  assert.equal(ran(await come('2')), 1)
  assert.equal(runs, 2)
})

void test('if the database goes away before a job has begun, its slot is still free afterwards', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const { ports } = house.app
  let runs = 0
  const job: Job = {
    name: 'counted',
    everyMs: 24 * 3_600_000,
    run: async () => {
      runs += 1
      return {}
    },
  }
  const { store } = ports
  const companies = Object.create(store.read.companies, {
    list: { value: () => Promise.reject(new AppError('store_away', 'The database is away.')) },
  }) as typeof store.read.companies
  const read = Object.create(store.read, {
    companies: { value: companies },
  }) as typeof store.read
  await assert.rejects(runSlot({ ...ports, store: { ...store, read } }, job, '1'), /away/)
  assert.notEqual(await runSlot(ports, job, '1'), null)
  assert.equal(runs, 1)
})

void test('a job whose slot cannot be taken is tried again in the same slot, but not at once', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  const { ports } = house.app
  const logged: unknown[] = []
  let [isAway, skippedMs] = [true, 0]
  const schedule = openSchedule({
    ...ports,
    clock: { ...ports.clock, mono: () => ports.clock.mono() + skippedMs },
    log: {
      ...ports.log,
      error: (facts, text) => {
        if ((facts as { job?: string }).job === 'sweep-vault') logged.push(text)
      },
    },
    store: {
      ...ports.store,
      work: (...call) =>
        isAway
          ? Promise.reject(new AppError('store_away', 'The database is away.'))
          : ports.store.work(...call),
    },
  })
  t.after(async () => {
    await schedule.close()
    await house.close()
  })
  const daily = jobs.find(({ name }) => name === 'sweep-vault')
  assert.ok(daily && daily.everyMs > 3_600_000, 'its next slot is hours away')
  const runs = () =>
    house.rows<{ slot: string }>("select slot from job_run where job = 'sweep-vault'")
  await eventually(() => {
    assert.deepEqual(logged, [jobFailed])
  })
  await timePasses(2500)
  assert.deepEqual(logged, [jobFailed], 'it would wait for the database each second')
  isAway = false
  skippedMs = 30_000
  await eventually(async () => {
    assert.equal((await runs()).length, 1)
  })
})

void test('a job for the installation runs once per slot, however many companies there are', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  for (const name of ['second', 'third']) {
    const admin = { username: name, password }
    const made = await house.admin.call('POST', '/api/companies', { name, admin })
    assert.equal(made.status, 201)
  }
  const runsOf = async (name: string) => {
    const job = jobs.find((one) => one.name === name)
    assert.ok(job)
    let runs = 0
    const counted: Job = {
      ...job,
      run: (ports, companyId) => {
        runs += 1
        return job.run(ports, companyId)
      },
    }
    await runSlot(house.app.ports, counted, 'counted')
    return runs
  }
  assert.equal(await runsOf('reclaim'), 3, 'the premise')
  assert.equal(await runsOf('forget-old'), 1)
})

void test('if a job that somebody runs by hand fails, its end and the reason are recorded, and it can be run again at once', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const { ports } = house.app
  const companyId = (await ports.known.account(testAccount.appid))?.company_id ?? ''
  const lastRun = async () => {
    const { items } = (await house.admin.call('GET', '/api/admin/jobs')).body as {
      items: { name: string; lastRun: { endedAt: string | null; result: unknown } | null }[]
    }
    return items.find(({ name }) => name === 'reclaim')?.lastRun
  }
  const job = jobs.find(({ name }) => name === 'reclaim')
  assert.ok(job)
  const broken = t.mock.method(job, 'run', () => Promise.reject(new Error('it is broken')))
  await assert.rejects(runByHand(ports, { companyId }, 'reclaim'), /it is broken/)
  broken.mock.restore()

  const failed = await lastRun()
  assert.ok(failed?.endedAt)
  assert.deepEqual(failed.result, { failed: 'Error: it is broken' })
  assert.equal((await house.admin.call('POST', '/api/admin/jobs/reclaim/run', {})).status, 200)
})
