// How many pushes may be under way. Whoever comes later would wait as long as the oldest and more: they are told at once to come again.
type Load = { most: number; oldestMs: () => number; gauge: { set: (value: number) => void } }

export type Gate = {
  isFull: () => boolean
  /** Gives a place, to be left once; null when there is none. */
  enter: () => (() => void) | null
}

const oldestMayWaitMs = 1500

export function openGate({ most, oldestMs, gauge }: Load): Gate {
  let inside = 0
  const isFull = () => inside >= most || oldestMs() > oldestMayWaitMs
  const move = (step: 1 | -1) => {
    inside += step
    gauge.set(inside)
  }
  return {
    isFull,
    enter: () => {
      if (isFull()) return null
      move(1)
      return () => {
        move(-1)
      }
    },
  }
}
