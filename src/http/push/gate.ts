// Limits how many pushes are processed at the same time. A push beyond the limit would have to wait
// too long, so it is refused at once and WeChat sends it again.
type Load = { most: number; oldestMs: () => number; gauge: { set: (value: number) => void } }

export type Gate = {
  isFull: () => boolean
  /**
   * Returns a function that must be called once to free the place, or null if there is no place.
   */
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
