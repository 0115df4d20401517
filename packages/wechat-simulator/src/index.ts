// What other programs may import from the simulator. Everything else is used over HTTP.
export { sample } from './assets.ts'
export { eventNames } from './phone/events.ts'
export { openSimulator } from './simulator.ts'
export type { Simulator, SimulatorOptions } from './simulator.ts'
export { faultKinds } from './types.ts'
export type { LedgerItem, Timing } from './types.ts'
