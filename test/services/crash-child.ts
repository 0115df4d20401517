// A process that starts database servers and an nginx, prints their process ids, and waits to be
// killed by test/services/crash.test.ts, or ends without stopping them.
import { startMariadb } from '../../scripts/services/mariadb.ts'
import { startNginx } from '../../scripts/services/nginx.ts'
import { startCluster, startSentinel } from '../../scripts/services/redis.ts'

const services = await Promise.all([
  startMariadb(),
  startSentinel(),
  startCluster(),
  startNginx({ upstreams: ['127.0.0.1:1'] }),
])
process.stdout.write(`${JSON.stringify(services.flatMap((service) => service.pids))}\n`)
if (process.argv[2] !== 'end') setInterval(() => undefined, 60_000)
