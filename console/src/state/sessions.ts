import { onScopeDispose, reactive, ref, watch, watchEffect, type Ref } from 'vue'
import type { Session } from 'kefu-wire'
import { sessionsApi, type Tab } from '../api/sessions.ts'
import { showError } from './notices.ts'
import { repeat } from './polling.ts'

export const tabs: Tab[] = ['queued', 'waiting', 'active', 'missed', 'closed']
const pageSize = 50

/**
 * How many lines of active sessions are unread, plus how many sessions wait to be accepted; shown
 * in the page title.
 */
export const toDo = ref(0)

export function openSessions(tab: Readonly<Ref<Tab>>) {
  const search = ref('')
  /** Whether a supervisor wants to see everyone's sessions. */
  const everyone = ref(false)
  const lists = reactive(inEachTab<Session[]>(() => []))
  const hasMore = reactive(inEachTab(() => false))
  const isLoaded = ref(false)
  let pages = 1
  let rounds = 0

  async function load(state: Tab, wanted: number) {
    const asked = search.value.trim()
    const { found, more } = await readPages(wanted, {
      state,
      ...(state === 'queued' || state === 'missed' || everyone.value ? {} : { mine: 'true' }),
      search: state === tab.value ? asked : '',
    })
    if (asked !== search.value.trim()) return
    lists[state] = found
    hasMore[state] = more
  }

  async function look() {
    const current = tab.value
    await load(current, pages)
    isLoaded.value = true
    // Only the open list is read every time. Of the other lists the page shows only how many
    // entries they have, so those are read every third time, and that of closed sessions never.
    const others = tabs.filter((state) => state !== current && state !== 'closed')
    if (rounds++ % 3 === 0) await Promise.all(others.map((state) => load(state, 1)))
  }

  function lookNow() {
    rounds = 0
    look().catch(showError)
  }

  watch([tab, search, everyone], ([newTab], [oldTab]) => {
    pages = 1
    if (newTab !== oldTab) search.value = ''
    lookNow()
  })

  function showMore() {
    pages++
    lookNow()
  }

  watchEffect(() => {
    const unread = lists.active.reduce((sum, session) => sum + session.unread, 0)
    toDo.value = lists.waiting.length + unread
  })
  const stop = repeat(2000, look, showError)
  onScopeDispose(() => {
    stop()
    toDo.value = 0
  })
  return { search, everyone, lists, hasMore, isLoaded, showMore, lookNow }
}

const inEachTab = <T>(first: () => T) =>
  Object.fromEntries(tabs.map((tab) => [tab, first()])) as Record<Tab, T>

type Filter = Omit<Parameters<typeof sessionsApi.list>[0], 'cursor' | 'limit'>

async function readPages(wanted: number, filter: Filter) {
  const found: Session[] = []
  let cursor: string | null = null
  for (let page = 0; page === 0 || (cursor !== null && page < wanted); page++) {
    const answer = await sessionsApi.list({ ...filter, cursor, limit: pageSize })
    found.push(...answer.items)
    cursor = answer.next
  }
  return { found, more: cursor !== null }
}

export function nameOf({ customer }: Session) {
  return customer.remark || customer.alias || customer.nickname || customer.openid.slice(-8)
}
