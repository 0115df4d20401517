// Writes the report of a long run as text: what was done, checked and found broken.
import { lineOf } from './journal.ts'
import { promised } from './promises.ts'
import type { Soaked } from './run.ts'

export const linesOfPromises = ({ verdicts }: Soaked): string[] =>
  verdicts.map(({ id, verdict, n }) => `${id} ${verdict} N=${n}`)

/**
 * Describes the breaches of promises, each with the operations of the clients that were concerned.
 */
export const linesOfBreaches = ({ breaches, about }: Soaked): string[] =>
  breaches.flatMap(({ id, what, names }) => [
    `${id} (${promised[id]}): ${what}`,
    ...about(names.filter(Boolean)).map((entry) => `  ${lineOf(entry)}`),
  ])

export function summaryOf({ entries, struck, looks }: Soaked): string[] {
  const ops = new Map<string, Record<string, number>>()
  for (const { op, outcome } of entries) {
    const one = ops.get(op) ?? { ok: 0, fail: 0, info: 0 }
    one[outcome] = (one[outcome] ?? 0) + 1
    ops.set(op, one)
  }
  const kinds = new Map<string, number>()
  for (const { kind } of struck) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const waits = entries
    .flatMap(({ op, detail }) => (op === 'push' ? (detail.attempts ?? []) : []))
    .filter(({ status }: { status: number }) => status === 200)
    .map(({ ms }: { ms: number }) => ms)
    .sort((a: number, b: number) => a - b)
  return [
    `${entries.length} operations (ok/refused/unknown): ${[...ops]
      .map(([op, one]) => `${op} ${one['ok']}/${one['fail']}/${one['info']}`)
      .join(', ')}`,
    `${struck.length} strikes: ${[...kinds].map(([kind, n]) => `${kind} ${n}`).join(', ')}; ${looks} looks`,
    `pushes answered in ${waits[Math.floor(waits.length / 2)]} ms (half), ${waits[Math.floor(waits.length * 0.99)]} ms (99 %), ${waits.at(-1)} ms (all)`,
  ]
}
