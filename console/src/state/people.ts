import { computed, ref } from 'vue'
import { directoryApi, type Person } from '../api/directory.ts'

/** People and groups of the company, read when the user is about to choose one. */
export const people = ref<Person[]>([])

export const groups = computed(() => {
  const found = new Map(
    people.value
      .flatMap((person) => person.groups)
      .map((group) => [group.id, group.path.join(' / ')]),
  )
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name))
})

export async function loadPeople() {
  const found: Person[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: Person[]; next: string | null } = await directoryApi.people(cursor)
    found.push(...page.items)
    cursor = page.next
  }
  people.value = found
}

export const nameOfPerson = (uid: number) =>
  people.value.find((person) => person.uid === uid)?.name ?? `#${uid}`
