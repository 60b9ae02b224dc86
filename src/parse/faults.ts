import { FAULTS_MAX, type Fault } from '../model/parsed.ts'

/** The faults of a whole bundle: the first ones in full, the rest as a number. */
export class Faults {
  readonly list: Fault[] = []
  dropped = 0

  add(fault: Fault): void {
    if (this.list.length < FAULTS_MAX) this.list.push(fault)
    else this.dropped += 1
  }

  addAll(faults: readonly Fault[]): void {
    for (const fault of faults) this.add(fault)
  }
}
