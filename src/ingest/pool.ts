import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { Problem } from '../model/problem.ts'
import type { IngestLimits } from './limits.ts'
import type { WorkerAnswer, WorkerTask } from './worker.ts'

/** Worker threads, and the bounds they work within. */
export class Pool {
  readonly size: number
  readonly #piscina: Piscina<WorkerTask, WorkerAnswer>
  readonly #limits: IngestLimits
  #isClosing = false

  constructor(workers: number | null, limits: IngestLimits) {
    this.size = workers ?? Math.max(1, availableParallelism() - 1)
    this.#limits = limits
    this.#piscina = new Piscina<WorkerTask, WorkerAnswer>({
      filename: join(import.meta.dirname, 'worker.ts'),
      minThreads: 0,
      maxThreads: this.size,
      idleTimeout: Number.POSITIVE_INFINITY,
      resourceLimits: {
        maxOldGenerationSizeMb: limits.workerMemoryMb,
        maxYoungGenerationSizeMb: 64,
      },
    })
    // A worker that cannot even start: its task ends by the limit of time.
    this.#piscina.on('error', (error: unknown) => console.error('A worker failed:', error))
  }

  /**
   * Does a task in a worker.
   * @throws {Problem} what reading the bundle met, or analysis-failed: the worker died, took too
   *   long or too much memory, or met a bug of ours, which is logged
   */
  async run(task: WorkerTask): Promise<Exclude<WorkerAnswer, { kind: 'problem' }>> {
    const signal = AbortSignal.timeout(this.#limits.analysisMs)
    const transferList = [
      ...(task.bytes instanceof Uint8Array ? [task.bytes.buffer] : []),
      ...(task.ask === null ? [] : [task.ask]),
    ]
    const answer = await this.#piscina
      .run(task, { signal, transferList })
      .catch((error: unknown) => {
        throw this.#isClosing ? error : toFailure(error, this.#limits)
      })
    if (answer.kind === 'problem') throw new Problem(answer.problem, answer.facts)
    return answer
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#piscina.destroy()
  }
}

function toFailure(error: unknown, limits: IngestLimits): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new Problem('analysis-failed', { why: 'memory', limitMb: limits.workerMemoryMb })
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new Problem('analysis-failed', { why: 'time', limitMs: limits.analysisMs })
  }
  console.error('A worker failed:', error)
  return new Problem('analysis-failed', { why: 'crash' })
}
