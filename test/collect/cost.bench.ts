// What a collection costs on a host of 3,000 tasks: `node test/collect/cost.bench.ts`. One JSON line
// for each shell, of the median of five: the resample left out, since it is a pause.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { collect, SHELLS, testFolder } from './collector.ts'

const TASKS = Number(process.argv[2] ?? 3000)
const RUNS = Number(process.argv[3] ?? 5)

/** A program of so many sleeping threads; it ends when its standard input does. */
const SLEEPERS = `
import sys, threading
threading.stack_size(65536)
stop = threading.Event()
for _ in range(${TASKS}): threading.Thread(target=stop.wait, daemon=True).start()
print('ready', flush=True)
sys.stdin.read()
`

async function main(): Promise<void> {
  const sleepers = spawn('python3', ['-c', SLEEPERS], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((resolve) => sleepers.stdout.once('data', resolve))
  const folder = testFolder('cost')
  try {
    for (const shell of SHELLS.filter(({ skip }) => skip === false)) {
      const runs: { wallMs: number; cpuMs: number }[] = []
      for (let run = 0; run < RUNS; run += 1) {
        const at = folder.fresh()
        const before = childCpuMs()
        const args = ['--out', `${at}/out.tar.gz`, '--resample', '0']
        const { code, elapsedMs, stderr } = await collect({ shell, args, folder: at })
        if (code !== 0) throw new Error(stderr)
        runs.push({ wallMs: elapsedMs, cpuMs: childCpuMs() - before })
      }
      const median = (of: 'wallMs' | 'cpuMs') =>
        Math.round(runs.map((run) => run[of]).sort((one, other) => one - other)[RUNS >> 1] ?? 0)
      const figure = {
        tasks: TASKS,
        shell: shell.name,
        wallMs: median('wallMs'),
        cpuMs: median('cpuMs'),
      }
      process.stdout.write(`${JSON.stringify(figure)}\n`)
    }
  } finally {
    sleepers.kill('SIGKILL')
    folder.remove()
  }
}

/** CPU of all children that have ended and were waited for, with theirs: fields 16 and 17 of stat. */
function childCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const ticks = Number(fields[13]) + Number(fields[14])
  return ticks * 10 // USER_HZ is 100 on every Linux
}

await main()
