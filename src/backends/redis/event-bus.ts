import type { EventBus } from '../../ports.ts'
import type { Connection } from './connect.ts'

const prefix = 'kefu:'

/**
 * Listeners in the same process are notified at once and without Redis; other processes through one
 * Redis channel per topic.
 */
export function openRedisEventBus(connection: Connection, local: EventBus, me: string): EventBus {
  const link = connection.link(0)
  const listener = connection.listen({
    message: (channel, text) => {
      const [sender, subject] = [
        text.slice(0, text.indexOf(' ')),
        text.slice(text.indexOf(' ') + 1),
      ]
      if (sender !== me) local.publish(channel.slice(prefix.length), subject)
    },
    listening: (channel) => {
      local.publish(channel.slice(prefix.length), '')
    },
  })
  return {
    publish: (topic, subject) => {
      local.publish(topic, subject)
      link.ask((redis) => redis.publish(prefix + topic, `${me} ${subject}`)).catch(() => undefined)
    },
    subscribe: (topic, hear) => {
      listener.add(prefix + topic)
      return local.subscribe(topic, hear)
    },
    close: async () => {
      listener.close()
      await local.close()
    },
  }
}
