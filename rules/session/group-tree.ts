// Groups stand below each other. Whoever walks up the tree comes to an end, even where the stored rows go round in a circle.
type Group = { user_group_id: number; parent_id: number }

/** From the top down to the group itself. */
export function pathTo<G extends Group>(groups: G[], id: number): G[] {
  const byId = new Map(groups.map((group) => [group.user_group_id, group]))
  const path = new Set<G>()
  for (let at = byId.get(id); at && !path.has(at); at = byId.get(at.parent_id)) path.add(at)
  return [...path].reverse()
}

/** Those that stand below themselves; each circle once. */
export function circles(groups: Group[]): number[][] {
  const byId = new Map(groups.map((group) => [group.user_group_id, group]))
  const done = new Set<number>()
  const found: number[][] = []
  for (const { user_group_id: first } of groups) {
    const walk: number[] = []
    for (let at: number | undefined = first; at !== undefined && !done.has(at);) {
      done.add(at)
      walk.push(at)
      const next: number | undefined = byId.get(at)?.parent_id
      if (next !== undefined && walk.includes(next)) found.push(walk.slice(walk.indexOf(next)))
      at = next
    }
  }
  return found
}
