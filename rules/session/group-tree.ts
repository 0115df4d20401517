// Groups of agents form a tree. Walking up to the root always ends, even if the stored rows contain
// a circle.

/** The `parent_id` of a group at the top of the tree. */
export const noGroup = -1

type GroupNode = { user_group_id: number; parent_id: number }

/** The chain of groups from the top of the tree down to the group with this id. */
export function pathTo<G extends GroupNode>(groups: G[], id: number): G[] {
  const byId = new Map(groups.map((group) => [group.user_group_id, group]))
  const path = new Set<G>()
  for (let at = byId.get(id); at && !path.has(at); at = byId.get(at.parent_id)) path.add(at)
  return [...path].reverse()
}

/** Finds groups that are stored as their own ancestors; each circle is listed once. */
export function circles(groups: GroupNode[]): number[][] {
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
