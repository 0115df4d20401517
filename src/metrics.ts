import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/**
 * The metrics that monitoring reads. Each app has its own registry, so that two apps in one test do
 * not share counts.
 */
export function openMetrics() {
  const registry = new Registry()
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `kefu_${name}`, help, labelNames, registers: [registry] })
  collectDefaultMetrics({ register: registry, prefix: 'kefu_' })

  return {
    registry,
    pushes: counter('pushes_total', 'Pushes by what became of them', ['result']),
    foreignOpenid: counter(
      'push_openid_differs_total',
      'Pushes whose openid in the query is not the sender in the body',
    ),
    claims: counter('claims_total', 'Claims by result', ['result']),
    replies: counter('replies_total', 'Replies that left, by outcome', ['outcome']),
    notices: counter('platform_notices_total', 'Pushes to third-party platforms themselves', [
      'kind',
    ]),
    media: counter('media_total', 'Media that followers sent, by what became of them', ['result']),
    repairs: counter('repairs_total', 'What repair jobs had to mend', ['what']),
    refusedPushes: new Gauge({
      name: 'kefu_refused_pushes_open',
      help: 'Pushes that SQL refused and nobody has seen to',
      registers: [registry],
    }),
    pushSeconds: new Histogram({
      name: 'kefu_push_seconds',
      help: 'From the request to the answer',
      registers: [registry],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
    pushClockSkew: new Gauge({
      name: 'kefu_push_clock_skew_seconds',
      help: 'By how much our clock was ahead of the time that the last push told',
      registers: [registry],
    }),
    clockOff: new Gauge({
      name: 'kefu_clock_off_seconds',
      help: "By how much our time is ahead of the database's, after a jump of its clock",
      registers: [registry],
    }),
    clockJumps: counter(
      'clock_jumps_total',
      "Jumps of the database's clock that were not followed",
    ),
    inFlight: new Gauge({
      name: 'kefu_pushes_in_flight',
      help: 'Pushes being worked on',
      registers: [registry],
    }),
    close: () => {
      registry.clear()
    },
  }
}

export type Metrics = ReturnType<typeof openMetrics>
