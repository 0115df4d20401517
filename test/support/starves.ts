// Tells whether this process got no processor time for a while, in which case pushes wait too long
// and are sent again, and answers of Redis seem late.
const everyMs = 50
const starvesMs = 250
const remembersMs = 3000

let ticked = performance.now()
let until = 0

const isLate = (now: number) => now - ticked > everyMs + starvesMs

setInterval(() => {
  const now = performance.now()
  if (isLate(now)) until = now + remembersMs
  ticked = now
}, everyMs).unref()

export const starves = () => performance.now() < until || isLate(performance.now())
