import { Problem } from '../model/problem.ts'

/** Lets so many in at a time, and tells the others to come again. */
export type Gate = {
  /**
   * Takes a place; the function given back leaves it, once however often it is called.
   * @throws {Problem} too-busy
   */
  enter(): () => void
  readonly inside: () => number
}

export function createGate(places: number): Gate {
  let inside = 0
  return {
    inside: () => inside,
    enter() {
      if (inside >= places) throw new Problem('too-busy', { uploadsAtOnce: places })
      inside += 1
      let isIn = true
      return () => {
        if (isIn) inside -= 1
        isIn = false
      }
    },
  }
}
