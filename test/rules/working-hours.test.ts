import assert from 'node:assert/strict'
import test from 'node:test'
import {
  isWorking,
  isZone,
  workingMs,
  workingSince,
  type Hours,
} from '../../rules/time/working-hours.ts'

const hour = 3600_000
const at = (iso: string) => Date.parse(iso)
const week = (span: string[]) => ({ mon: span, tue: span, wed: span, thu: span, fri: span })
const shop: Hours = {
  zone: 'Asia/Shanghai',
  week: week(['09:00-12:00', '13:00-18:00']),
  holidays: [],
  reply: '',
}

void test('working hours apply in the named time zone, to the minute', () => {
  // a Monday in Shanghai, which is eight hours ahead of UTC
  assert.equal(isWorking(shop, at('2026-11-23T00:59:59.999Z')), false)
  assert.equal(isWorking(shop, at('2026-11-23T01:00:00.000Z')), true)
  assert.equal(isWorking(shop, at('2026-11-23T04:30:00.000Z')), false, 'at noon')
  assert.equal(isWorking(shop, at('2026-11-23T09:59:59.999Z')), true)
  assert.equal(isWorking(shop, at('2026-11-23T10:00:00.000Z')), false)
  assert.equal(isWorking(shop, at('2026-11-21T03:00:00.000Z')), false, 'a Saturday')
  assert.equal(
    isWorking({ ...shop, zone: 'America/New_York' }, at('2026-11-23T14:00:00.000Z')),
    true,
  )
  assert.ok(isZone('Europe/Berlin'))
  assert.ok(!isZone('Mars/Olympus'))
})

void test('a holiday closes a weekday, and a make-up day opens a Saturday', () => {
  const national: Hours = {
    ...shop,
    holidays: [
      { from: '2026-10-01', to: '2026-10-07' },
      { from: '2026-10-10', open: ['09:00-12:00'] },
    ],
  }
  assert.equal(isWorking(national, at('2026-10-01T02:00:00Z')), false)
  assert.equal(isWorking(national, at('2026-10-07T02:00:00Z')), false)
  assert.equal(isWorking(national, at('2026-10-08T02:00:00Z')), true)
  assert.equal(isWorking(national, at('2026-10-10T02:00:00Z')), true, 'a Saturday that is worked')
  assert.equal(isWorking(national, at('2026-10-10T06:00:00Z')), false)
})

void test('working hours of a night shift go past midnight', () => {
  const night: Hours = { ...shop, week: { fri: ['22:00-06:00'] } }
  assert.equal(isWorking(night, at('2026-11-27T13:59:00Z')), false)
  assert.equal(isWorking(night, at('2026-11-27T14:00:00Z')), true)
  assert.equal(isWorking(night, at('2026-11-27T21:59:00Z')), true, 'Saturday, 05:59')
  assert.equal(isWorking(night, at('2026-11-27T22:00:00Z')), false)
  assert.equal(workingMs(night, at('2026-11-27T00:00:00Z'), at('2026-11-29T00:00:00Z')), 8 * hour)
})

void test('counting working time leaves out nights and weekends', () => {
  const friday = at('2026-11-27T08:00:00Z')
  assert.equal(
    workingMs(shop, friday, at('2026-11-30T02:00:00Z')),
    3 * hour,
    'two on Friday, one on Monday',
  )
  assert.equal(workingMs(shop, friday, friday), 0)
  assert.equal(workingSince(shop, at('2026-11-30T02:00:00Z'), 3 * hour), friday)
  assert.equal(workingSince({ ...shop, week: {} }, friday, hour), null, 'who is never there')
})

void test('a day on which the clocks change is counted with 23 or 25 hours', () => {
  const always = ['00:00-24:00']
  const round: Hours = {
    zone: 'America/New_York',
    week: { sun: always, ...week(always), sat: always },
    holidays: [],
    reply: '',
  }
  const between = (from: string, to: string) => workingMs(round, at(from), at(to)) / hour
  assert.equal(between('2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'), 23)
  assert.equal(between('2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'), 25)
  const early: Hours = { ...round, week: { sun: ['01:00-04:00'] } }
  assert.equal(
    workingMs(early, at('2026-03-08T00:00:00Z'), at('2026-03-09T00:00:00Z')),
    2 * hour,
    'from two to three there is nothing',
  )
  assert.equal(
    workingMs(early, at('2026-11-01T00:00:00Z'), at('2026-11-02T00:00:00Z')),
    4 * hour,
    'one to two comes twice',
  )
  const nine: Hours = { ...round, week: { sun: ['09:00-17:00'] } }
  assert.equal(isWorking(nine, at('2026-03-08T13:00:00Z')), true, 'nine in summer')
  assert.equal(isWorking(nine, at('2026-03-01T13:30:00Z')), false, 'half past eight in winter')
})

void test('counting working time forward and backward agrees, over a year in which the clocks change', () => {
  const berlin: Hours = {
    zone: 'Europe/Berlin',
    week: week(['08:30-12:15', '13:00-17:45']),
    holidays: [{ from: '2026-04-03', to: '2026-04-06' }],
    reply: '',
  }
  for (let day = 0; day < 365; day += 3) {
    const now = at('2026-01-01T00:00:00Z') + day * 24 * hour + day * 977_000
    const since = workingSince(berlin, now, 10 * hour)
    assert.ok(since !== null)
    assert.equal(workingMs(berlin, since, now), 10 * hour)
    assert.equal(workingMs(berlin, since + 1, now), 10 * hour - 1, 'the last such moment')
  }
})
