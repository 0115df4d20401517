// The simulated WeChat in a process of its own, with everything in memory.
import { openSimulator } from 'wechat-simulator'
import { endOnSignal, sayReady } from './serve.ts'

const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
endOnSignal(() => simulator.close())
sayReady(simulator.url)
