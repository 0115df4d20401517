// Plans which disturbances happen when. The plan depends only on the seed.
import type { Edition } from '../../../scripts/services/editions.ts'
import { openDraw, type Draw } from '../random.ts'

const ofHouse = {
  embedded: ['kill', 'freeze', 'jump', 'fullDisk'],
  cluster: [
    'kill',
    'freeze',
    'jump',
    'cutDatabase',
    'slowDatabase',
    'deadDatabase',
    'cutRedis',
    'slowRedis',
    'deadRedis',
  ],
} as const
const ofWechat = ['slow', 'silent', 'reset', 'half', 'refuse', 'html', 'errcode'] as const

export type HouseKind = (typeof ofHouse)[Edition][number]
export const houseKinds: readonly HouseKind[] = Object.values(ofHouse).flat()
export type WechatKind = (typeof ofWechat)[number]
/**
 * A planned disturbance, with times in seconds. `n` selects the target or variant if there are
 * several.
 */
export type Strike = { at: number; forS: number; n: number } & (
  { on: 'house'; kind: HouseKind } | { on: 'wechat'; kind: WechatKind }
)

const jumpS = 8
/**
 * After a jump of the clock, no other disturbance of the product begins until the processes have
 * dealt with it.
 */
export const afterJumpS = jumpS / 2
const lasts: Partial<Record<HouseKind, number>> = { kill: 1, freeze: 2, jump: jumpS }

export const calmOf = (minutes: number) => Math.min(30, minutes * 20)

export function planOf(seed: number, minutes: number, edition: Edition): Strike[] {
  const draw = openDraw(seed)
  const span = { from: calmOf(minutes), to: minutes * 60 }
  // the disturbances of WeChat begin two seconds earlier, so that the first process is killed while
  // it is sending lines to a slow WeChat
  const house = inTurn<HouseKind>(draw, ofHouse[edition], {
    ...span,
    from: span.from + 2,
    lastsFor: (kind) => lasts[kind] ?? 2 + draw.below(4),
  })
  const wechat = inTurn<WechatKind>(draw, ofWechat, { ...span, lastsFor: () => 3 + draw.below(4) })
  return [
    ...house.map((one) => ({ ...one, on: 'house' as const })),
    ...wechat.map((one) => ({ ...one, on: 'wechat' as const })),
  ].sort((a, b) => a.at - b.at)
}

/**
 * Draws kinds one after the other: first the first of the list, then the others, each once before
 * any is repeated.
 */
function inTurn<K>(
  draw: Draw,
  kinds: readonly K[],
  { from, to, lastsFor }: { from: number; to: number; lastsFor: (kind: K) => number },
): { at: number; forS: number; n: number; kind: K }[] {
  const strikes = []
  let left: K[] = []
  // a run of up to three minutes has short pauses, so that it contains many kinds of disturbances;
  // a longer one has quiet periods
  const restS = to > 180 ? 4 + draw.below(8) : 2
  for (let at = from; ;) {
    if (left.length === 0) left = [...kinds]
    const which = strikes.length === 0 ? 0 : draw.below(left.length)
    const [kind] = left.splice(which, 1) as [K]
    const forS = lastsFor(kind)
    if (at + forS > to) return strikes
    strikes.push({ at, forS, n: draw.below(1000), kind })
    at += forS + restS + draw.below(3) + (forS >= jumpS ? afterJumpS : 0)
  }
}
