// Working hours in local times of a named zone. A day on which the clocks change has 23 or 25
// hours, so local times are converted into moments before anything is counted.

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof weekdays)[number]
/**
 * Opening times on one day, for example `09:00-18:00`. A span that does not end after it begins
 * goes past midnight.
 */
export type Span = string
/** Days that differ from their weekday. Without `open` the company is closed then. */
export type Holiday = { from: string; to?: string | undefined; open?: Span[] | undefined }
export type Hours = {
  zone: string
  week: Partial<Record<Weekday, Span[]>>
  holidays: Holiday[]
  reply: string
}

type Interval = { start: number; end: number }

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/**
 * If a company has been closed for longer than this many days, the search for working time stops.
 */
const mostDays = 400

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, made)
  return made
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** The number of days from 1970-01-01 to this date. */
export function dayOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  )
}

const dayOfDate = (date: string) => {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return dayOf(year, month, day)
}

/** The local time in the zone at this moment, expressed as milliseconds as if it were UTC. */
function wallMs(zone: string, at: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
  return dayOf(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + (at % 1000)
}

const localDay = (zone: string, at: number) => Math.floor(wallMs(zone, at) / dayMs)

/**
 * The moment at which clocks in the zone show this local time. For a time that does not exist,
 * because the clocks are put forward in spring, it is a moment next to it.
 */
function momentOf(zone: string, wall: number): number {
  const guess = wall - (wallMs(zone, wall) - wall)
  return wall - (wallMs(zone, guess) - guess)
}

const minutesOf = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

function spansOn({ week, holidays }: Hours, day: number): Span[] {
  const holiday = holidays.find(
    ({ from, to = from }) => dayOfDate(from) <= day && day <= dayOfDate(to),
  )
  if (holiday) return holiday.open ?? []
  // days are counted from 1970-01-01, which was a Thursday, so 4 is added to get the weekday
  return week[weekdays[(day + 4) % 7] ?? 'sun'] ?? []
}

function intervalsOn(hours: Hours, day: number): Interval[] {
  return spansOn(hours, day)
    .map((span) => {
      const [from = 0, to = 0] = span.split('-').map(minutesOf)
      const until = to > from ? to : to + 24 * 60
      const moment = (minutes: number) => momentOf(hours.zone, day * dayMs + minutes * minuteMs)
      return { start: moment(from), end: moment(until) }
    })
    .sort((a, b) => a.start - b.start)
}

export function isWorking(hours: Hours, at: number): boolean {
  const today = localDay(hours.zone, at)
  return [today - 1, today].some((day) =>
    intervalsOn(hours, day).some(({ start, end }) => start <= at && at < end),
  )
}

/** How much of the time between two moments was working time. */
export function workingMs(hours: Hours, from: number, to: number): number {
  const last = localDay(hours.zone, to)
  let counted = from
  let sum = 0
  for (let day = Math.max(localDay(hours.zone, from) - 1, last - mostDays); day <= last; day += 1) {
    for (const { start, end } of intervalsOn(hours, day)) {
      const begins = Math.max(start, counted)
      const ends = Math.min(end, to)
      if (ends <= begins) continue
      sum += ends - begins
      counted = ends
    }
  }
  return sum
}

/**
 * The latest moment from which this much working time has passed until now; null if the last 400
 * days did not have so much.
 */
export function workingSince(hours: Hours, now: number, ms: number): number | null {
  const today = localDay(hours.zone, now)
  let counted = now
  let left = ms
  for (let day = today; day >= today - mostDays; day -= 1) {
    for (const { start, end } of intervalsOn(hours, day).reverse()) {
      const ends = Math.min(end, counted)
      if (ends <= start) continue
      if (ends - start >= left) return ends - left
      left -= ends - start
      counted = start
    }
  }
  return null
}
