// The times at which a rule is active. Days are ISO weekdays (Monday is 1); times are local times
// in a zone. If `from` is later than `to` the span goes past midnight and belongs to the day on
// which it begins. `validFrom` and `validUntil` are moments in milliseconds.
export type Schedule = {
  days?: number[]
  from?: string
  to?: string
  zone?: string
  validFrom?: number
  validUntil?: number
}

/**
 * A schedule with its times parsed into minutes of the day, so that they are not parsed again for
 * each message.
 */
export type ReadSchedule = {
  days: number[] | null
  from: number
  to: number
  clock: LocalTime
  validFrom: number
  validUntil: number
}
type LocalTime = (now: number) => { day: number; minute: number }

export const defaultZone = 'Asia/Shanghai'
const dayMinutes = 24 * 60
const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

export function readSchedule(schedule: Schedule): ReadSchedule {
  return {
    days: schedule.days ?? null,
    from: minutesOf(schedule.from ?? '00:00'),
    to: minutesOf(schedule.to ?? '24:00'),
    clock: clockOf(schedule.zone ?? defaultZone),
    validFrom: schedule.validFrom ?? -Infinity,
    validUntil: schedule.validUntil ?? Infinity,
  }
}

export function isOn(
  { days, from, to, clock, validFrom, validUntil }: ReadSchedule,
  now: number,
): boolean {
  if (now < validFrom || now >= validUntil) return false
  const { day, minute } = clock(now)
  const on = (which: number) => days === null || days.includes(which)
  if (from < to) return on(day) && minute >= from && minute < to
  return (on(day) && minute >= from) || (on(day === 1 ? 7 : day - 1) && minute < to)
}

const clocks = new Map<string, LocalTime>()

/**
 * The weekday and the minute of the day in a time zone. Computing them takes microseconds, so the
 * result is reused within the same minute.
 */
function clockOf(zone: string): LocalTime {
  const known = clocks.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  let last = NaN
  let answer = { day: 1, minute: 0 }
  const clock: LocalTime = (now) => {
    const minute = Math.floor(now / 60_000)
    if (minute === last) return answer
    const part = Object.fromEntries(
      format.formatToParts(now).map(({ type, value }) => [type, value]),
    )
    last = minute
    answer = {
      day: names.indexOf(part['weekday'] ?? '') + 1,
      minute: (Number(part['hour']) * 60 + Number(part['minute'])) % dayMinutes,
    }
    return answer
  }
  clocks.set(zone, clock)
  return clock
}
