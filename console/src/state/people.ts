import { computed, ref } from 'vue'
import type { Colleague } from 'kefu-wire'
import { directoryApi } from '../api/directory.ts'

/**
 * The people of the company and their groups. They are read anew each time somebody is about to
 * choose one.
 */
export const people = ref<Colleague[]>([])

export const groups = computed(() => {
  const found = new Map(
    people.value
      .flatMap((person) => person.groups)
      .map((group) => [group.id, group.path.join(' / ')]),
  )
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name))
})

export async function fetchPeople() {
  people.value = await directoryApi.people()
}

export const nameOfPerson = (uid: number) =>
  people.value.find((person) => person.uid === uid)?.name ?? `#${uid}`
