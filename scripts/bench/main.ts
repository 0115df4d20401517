// npm run bench: lists the benchmarks, or runs the one that is named.
import { allBenches } from './all.ts'
import { claimBench } from './claim.ts'
import type { KeyFigure } from './key-figures.ts'
import { processBench } from './process.ts'
import { rulesBench } from './rules.ts'
import { sendBench } from './send.ts'
import { webhookBench } from './webhook.ts'
import { xmlBench } from './xml.ts'

const benches: Record<string, { says: string; run: (args: string[]) => Promise<KeyFigure[]> }> = {
  webhook: {
    says:
      '[--warm 12] [--seconds 8] [--rounds 5] [--connections 256] [--editions embedded,cluster] [--profile DIR]\n' +
      '  a durable push beside a bare server and the package wechat',
    run: webhookBench,
  },
  claim: {
    says: '[--rounds 5] [--sizes 1000,1000000] [--queued 1000] [--only sizes|peer]\n  a claim where a thousand and where a million are queued, in both editions; then 200 agents claim the queued sessions, beside ZPOPMIN and a conditional UPDATE',
    run: claimBench,
  },
  send: {
    says:
      '[--rounds 3] [--warm 10] [--seconds 20] [--editions embedded,cluster] [--profile DIR]\n' +
      "  from an agent's reply until WeChat has it, also while one account hangs; many replies at once",
    run: sendBench,
  },
  process: {
    says:
      '[--rounds 3] [--idle 10] [--seconds 10] [--connections 256] [--editions embedded,cluster]\n' +
      '  how long the product takes to start, and its memory when idle and under pushes',
    run: processBench,
  },
  xml: {
    says: '[--laps 30]\n  the XML of a push read by the SDK, by xml2js and by the package wechat',
    run: xmlBench,
  },
  rules: {
    says: '[--most 1000000]\n  one message among a hundred to a million keywords, beside a scan and LIKE',
    run: rulesBench,
  },
  all: {
    says: '[--rounds 3] [--seconds 5] [--editions embedded,cluster]\n  all of them, each smaller than alone, and one table of the figures by which each is known',
    run: allBenches,
  },
}

const [name, ...args] = process.argv.slice(2)
const bench = name === undefined ? undefined : benches[name]
if (bench) {
  try {
    const figures = await bench.run(args)
    // `npm run bench -- all` runs each benchmark in a process of its own, and prints these together
    process.send?.(figures)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
} else {
  if (name !== undefined) console.error(`There is no bench ${name}.`)
  for (const [each, { says }] of Object.entries(benches)) {
    console.log(`npm run bench -- ${each} ${says}`)
  }
  process.exitCode = name === undefined ? 0 : 1
}
