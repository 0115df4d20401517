import type { EventBus } from '../../ports.ts'

export function openMemoryEventBus(): EventBus {
  const hearers = new Map<string, Set<(subject: string) => void>>()
  return {
    publish: (topic, subject) => {
      for (const hear of hearers.get(topic) ?? []) hear(subject)
    },
    subscribe: (topic, hear) => {
      const some = hearers.get(topic) ?? new Set()
      hearers.set(topic, some.add(hear))
      return () => {
        some.delete(hear)
      }
    },
    close: async () => {
      hearers.clear()
    },
  }
}
