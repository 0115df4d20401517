// Each rule about allowed imports is broken on purpose and must be reported; a rule whose path
// matches no file would check nothing.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import test, { after, before } from 'node:test'
import { cruise, type ICruiseOptions, type IForbiddenRuleType } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const root = resolve(import.meta.dirname, '../../..')
const config = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: IForbiddenRuleType[]
  options: ICruiseOptions
}
const rooms = [
  'entities',
  'rules',
  'src',
  'packages/kefu-wire/src',
  'packages/wechat-api-ts/src',
  'packages/wechat-simulator/src',
  'console/src',
  'scripts',
]
const vue = (script: string) => `<script setup lang="ts">\n${script}\n</script>\n`

/** For each rule, a file that breaks it and its content. */
const plants: Record<string, [file: string, text: string]> = {
  'no-cycles': [
    'src/views/planted.ts',
    "import type { A } from './planted2.ts'\nexport type B = A\n",
  ],
  'no-cycles-of-rooms': [
    'src/actions/lines/planted.ts',
    "import { receive } from '../push/receive.ts'\nexport const planted = receive\n",
  ],
  'no-unresolvable': ['src/views/planted.ts', "import './nowhere.ts'\n"],
  'entities-know-nobody': [
    'entities/planted.ts',
    "import { outbox } from './outbox.ts'\nexport const planted = outbox\n",
  ],
  'rules-are-given-their-facts': [
    'rules/planted.ts',
    "import { readFileSync } from 'node:fs'\nexport const planted = readFileSync\n",
  ],
  'rules-take-types-of-entities': [
    'rules/planted.ts',
    "import { outbox } from '../entities/outbox.ts'\nexport const planted = outbox\n",
  ],
  'actions-see-ports': [
    'src/actions/planted.ts',
    "import { openBackends } from '../backends/open.ts'\nexport const planted = openBackends\n",
  ],
  'access-knows-no-step': [
    'src/actions/access/planted.ts',
    "import { takeStep } from '../transition/take-step.ts'\nexport const planted = takeStep\n",
  ],
  'a-step-knows-no-verb': [
    'src/actions/transition/planted.ts',
    "import { assignQueued } from '../queue/assign-queued.ts'\nexport const planted = assignQueued\n",
  ],
  'the-queue-knows-no-verb': [
    'src/actions/queue/planted.ts',
    "import { receive } from '../push/receive.ts'\nexport const planted = receive\n",
  ],
  'a-push-knows-no-verb': [
    'src/actions/push/planted.ts',
    "import { sendReply } from '../messages/send-reply.ts'\nexport const planted = sendReply\n",
  ],
  'a-push-is-decided-without-a-store': [
    'src/actions/push/decide/planted.ts',
    "import { loadFacts } from '../load-facts.ts'\nexport const planted = loadFacts\n",
  ],
  'sessions-and-messages-apart': [
    'src/actions/sessions/planted.ts',
    "import { sendReply } from '../messages/send-reply.ts'\nexport const planted = sendReply\n",
  ],
  'messages-and-sessions-apart': [
    'src/actions/messages/planted.ts',
    "import { claimNext } from '../sessions/claim-next.ts'\nexport const planted = claimNext\n",
  ],
  'sound-only-in-its-thread': [
    'src/actions/planted.ts',
    "import { createMp3Encoder } from 'wasm-media-encoders'\nexport const planted = createMp3Encoder\n",
  ],
  'views-see-ports': [
    'src/views/planted.ts',
    "import { claimNext } from '../actions/sessions/claim-next.ts'\nexport const planted = claimNext\n",
  ],
  'http-calls-actions': [
    'src/http/planted.ts',
    "import { openSchedule } from '../cron/schedule.ts'\nexport const planted = openSchedule\n",
  ],
  'the-http-engine-knows-no-route': [
    'src/http/engine/planted.ts',
    "import { routes } from '../routes.ts'\nexport const planted = routes\n",
  ],
  'routes-and-pushes-apart': [
    'src/http/routes/planted.ts',
    "import { openWebhook } from '../push/webhook.ts'\nexport const planted = openWebhook\n",
  ],
  'cron-calls-actions': [
    'src/cron/planted.ts',
    "import { routes } from '../http/routes.ts'\nexport const planted = routes\n",
  ],
  'channels-speak-wechat': [
    'src/channels/planted.ts',
    "import { reclaim } from '../actions/jobs/reclaim.ts'\nexport const planted = reclaim\n",
  ],
  'store-knows-sql': [
    'src/store/planted.ts',
    "import { isOpen } from '../../rules/session/session.ts'\nexport const planted = isOpen\n",
  ],
  'the-engine-knows-no-table': [
    'src/store/engine/planted.ts',
    "import { UserQueries } from '../queries/users.ts'\nexport const planted = UserQueries\n",
  ],
  'queries-know-the-engine-only': [
    'src/store/queries/planted.ts',
    "import { openStore } from '../open.ts'\nexport const planted = openStore\n",
  ],
  'memory-knows-ports': [
    'src/backends/memory/planted.ts',
    "import { isOpen } from '../../../rules/session/session.ts'\nexport const planted = isOpen\n",
  ],
  'redis-knows-ports': [
    'src/backends/redis/planted.ts',
    "import { openCache } from '../memory/cache.ts'\nexport const planted = openCache\n",
  ],
  'backends-choose-a-twin': [
    'src/backends/planted.ts',
    "import { openStore } from '../store/open.ts'\nexport const planted = openStore\n",
  ],
  'ports-take-the-store-by-type': [
    'src/ports-planted.ts',
    "import { openStore } from './store/open.ts'\nexport const planted = openStore\n",
  ],
  'only-the-app-opens-stores': [
    'src/http/planted.ts',
    "import { openStore } from '../store/open.ts'\nexport const planted = openStore\n",
  ],
  'express-only-in-http': [
    'src/views/planted.ts',
    "import express from 'express'\nexport const planted = express\n",
  ],
  'ioredis-only-in-redis': [
    'src/actions/planted.ts',
    "import { Redis } from 'ioredis'\nexport const planted = Redis\n",
  ],
  'the-wire-ships-alone': [
    'packages/kefu-wire/src/planted.ts',
    "import type { Session } from '../../../src/views/session.ts'\nexport type Planted = Session\n",
  ],
  'sdk-ships-alone': [
    'packages/wechat-api-ts/src/planted.ts',
    "import { readFileSync } from 'node:fs'\nexport const planted = readFileSync\n",
  ],
  'simulator-is-a-stranger': [
    'packages/wechat-simulator/src/planted.ts',
    "import { signature } from 'wechat-api-ts'\nexport const planted = signature\n",
  ],
  'the-console-ships-alone': [
    'console/src/app/planted.ts',
    "import { isOpen } from '../../../rules/session/session.ts'\nexport const planted = isOpen\n",
  ],
  'calls-know-nobody': [
    'console/src/api/planted.ts',
    "import { tell } from '../state/notices.ts'\nexport const planted = tell\n",
  ],
  'words-know-nobody': [
    'console/src/words/planted.ts',
    "import type { Tab } from '../api/sessions.ts'\nexport type Planted = Tab\n",
  ],
  'parts-serve-any-page': [
    'console/src/parts/planted.vue',
    vue("import { people } from '../state/people.ts'\nconst planted = people"),
  ],
  'state-knows-no-page': [
    'console/src/state/planted.ts',
    "import { labelOf } from '../pages/desk/lines.ts'\nexport const planted = labelOf\n",
  ],
  'a-page-knows-no-shell': [
    'console/src/pages/desk/planted.vue',
    vue("import { router } from '../../app/router.ts'\nconst planted = router"),
  ],
  'pages-are-strangers': [
    'console/src/pages/desk/planted.vue',
    vue("import { draftOf } from '../lab/draft.ts'\nconst planted = draftOf"),
  ],
  'product-ships-alone': [
    'src/views/planted.ts',
    "import { starterRules } from '../../scripts/starter-rules.ts'\nexport const planted = starterRules\n",
  ],
}

const copy = mkdtempSync(join(tmpdir(), 'kefu-walls-'))
const nameOf = (wall: string, file: string) => file.replace('planted', `planted-${wall}`)

before(() => {
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const room of rooms) {
    cpSync(join(root, room), join(copy, room), {
      recursive: true,
      filter: (path) => !/node_modules|dist$/.test(relative(root, path)),
    })
  }
  cpSync(join(root, 'tsconfig.json'), join(copy, 'tsconfig.json'))
  for (const [wall, [file, text]] of Object.entries(plants)) {
    writeFileSync(join(copy, nameOf(wall, file)), text)
  }
  writeFileSync(
    join(copy, 'src/views/planted2.ts'),
    "import type { B } from './planted-no-cycles.ts'\nexport type A = B\n",
  )
})
after(() => {
  rmSync(copy, { recursive: true, force: true })
})

const cruised = async (baseDir: string) => {
  const result = await cruise(
    rooms,
    { ...config.options, baseDir, ruleSet: { forbidden: config.forbidden }, validate: true },
    undefined,
    { tsConfig: extractTSConfig(join(baseDir, 'tsconfig.json')) },
  )
  if (typeof result.output === 'string') throw new Error(result.output)
  return result.output
}

void test('every rule about imports has an example that breaks it', () => {
  const names = config.forbidden.map((wall) => wall.name ?? '')
  assert.deepEqual(
    names.filter((name) => !(name in plants)),
    [],
  )
})

void test('every rule about imports applies to files that exist', async () => {
  const files = (await cruised(root)).modules.map((module) => module.source)
  const guardsNothing = config.forbidden.filter((wall) => {
    const path = wall.from.path
    return typeof path === 'string' && !files.some((file) => new RegExp(path).test(file))
  })
  assert.deepEqual(
    guardsNothing.map((wall) => wall.name),
    [],
  )
})

void test('every example that breaks a rule about imports is reported by that rule', async () => {
  const seen = (await cruised(copy)).summary.violations.map((one) => `${one.rule.name} ${one.from}`)
  const missed = Object.entries(plants).filter(
    ([wall, [file]]) =>
      // rules between folders report the folder, all others the file
      !seen.includes(`${wall} ${nameOf(wall, file)}`) && !seen.includes(`${wall} ${dirname(file)}`),
  )
  assert.deepEqual(
    missed.map(([wall]) => wall),
    [],
  )
})
