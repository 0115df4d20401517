// npm run rights: writes docs/rights.md, which says for every route who may call it.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  callers,
  meant,
  reaches,
  type Caller,
  type Meant,
  type Reach,
} from '../src/http/engine/reach.ts'
import { reachesOf, type Route } from '../src/http/engine/route.ts'
import { routes } from '../src/http/routes.ts'

const titles: Record<Caller, string> = {
  nobody: 'nobody',
  stranger: 'agent',
  elsewhere: 'elsewhere',
  former: 'former owner',
  member: 'member',
  exclusive: 'exclusive',
  owner: 'owner',
  supervisor: 'supervisor',
  admin: 'admin',
  operator: 'operator',
  disabled: 'disabled',
  expired: 'expired',
  foreign: 'other company',
}
const sign = (is: Meant) => (is === 'yes' ? '✓' : is === 'nothing' ? '–' : String(is))
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const rule = (many: number) => `|${'---|'.repeat(many)}`

const rowOf = (route: Route, reach: Reach) =>
  row([
    `\`${route.method.toUpperCase()} ${route.path}\``,
    reach,
    ...callers.map((caller) => sign(meant(route, reach, caller))),
  ])

/** Groups the routes by the first word of their path after /api, such as sessions or accounts. */
const byTopic = () => {
  const topics = new Map<string, Route[]>()
  for (const route of routes) {
    const topic = route.path.split('/')[2] ?? ''
    topics.set(topic, [...(topics.get(topic) ?? []), route])
  }
  return [...topics]
}

export function rightsPage(): string {
  const used = new Set(routes.flatMap(reachesOf))
  const head = ['call', 'reach', ...callers.map((caller) => titles[caller])]
  return `# Who may what

Made by \`npm run rights\` of what is written beside each route (\`who\` and \`reach\`, [src/http/engine/reach.ts](../src/http/engine/reach.ts)).
[test/api/rights.test.ts](../test/api/rights.test.ts) makes every call as each of these callers and compares; what is refused changes
no row, writes no event and sends nothing.

✓ it is done · – it succeeds, and shows and changes nothing of this · a number is the status that refuses. A batch answers 200 and
tells for each of those it names what a call for that one alone would have been told.

| caller | who that is |
|---|---|
| nobody | not signed in |
| agent | an agent of the account, who has nothing to do with the session |
| elsewhere | an agent of another account of the company |
| former owner | had the session before |
| member | was asked into the session, which is a group chat |
| exclusive | the customer's exclusive agent, who does not have the session |
| owner | has the session |
| supervisor, admin | by their role |
| operator | an admin who may make companies |
| disabled | an admin of the company, disabled after signing in |
| expired | the admin of a company that has expired since |
| other company | the admin of another company |

Where one call serves several purposes each has a line: \`PATCH /api/customers/:id\` describes a customer and says whose they are.

## What is reached

| reach | whom it serves |
|---|---|
${Object.entries(reaches)
  .filter(([reach]) => used.has(reach as Reach))
  .map(([reach, { means }]) => row([reach, means]))
  .join('\n')}

## Calls
${byTopic()
  .map(
    ([topic, some]) => `
### ${topic}

${row(head)}
${rule(head.length)}
${some.flatMap((route) => reachesOf(route).map((reach) => rowOf(route, reach))).join('\n')}
`,
  )
  .join('')}`
}

const page = new URL('../../docs/rights.md', import.meta.url)
export const rightsFile = fileURLToPath(page)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(rightsFile, rightsPage())
