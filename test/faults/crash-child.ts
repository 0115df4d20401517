// Runs a product that dies at a named point. It wraps the ports to do so; the product contains no
// flag for it.
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Ports } from '../../src/ports.ts'

const [, , point = 'none', dataDir = '', apiBase = '', port = '0'] = process.argv
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('dead')
}

// the process dies the first time it comes to the chosen point: after the commit of a push, or
// before or after a message is sent to WeChat
const wrap = (ports: Ports): Ports => ({
  ...ports,
  store: {
    ...ports.store,
    work: async (kind, body) => {
      const result = await ports.store.work(kind, body)
      if (point === 'after-commit' && kind === 'push') die()
      return result
    },
  },
  channel: {
    ...ports.channel,
    send: async (account, line) => {
      if (point === 'before-send') die()
      const delivery = await ports.channel.send(account, line)
      if (point === 'after-send') die()
      return delivery
    },
  },
})

const config = readConfig(
  {
    HOST: '127.0.0.1',
    PORT: port,
    DATA_DIR: dataDir,
    WECHAT_API_BASE: apiBase,
    CLOCK_URL: `${apiBase}/sim/clock`,
  },
  {},
)
const app = await openApp(config, { log: silentLog, ...(point !== 'none' && { wrap }) })
process.stdout.write(`${await app.listen()}\n`)
process.on('SIGTERM', () => {
  void app.close().then(() => process.exit(0))
})
