import type { Fault, Parsed } from '../model/parsed.ts'
import type { RpcTask } from '../model/snapshot.ts'
import { faultAt } from './bytes.ts'

const TASK =
  / (?<program>[a-z]\w*v\d+) (?<procedure>\S+) a:(?<action>\S+)(?: \[\w+\])? q:(?<queue>\S+)/

/**
 * Reads `/sys/kernel/debug/sunrpc/rpc_clnt/<client>/tasks`: an unfinished request a line.
 *
 *     8941 c801      0 0x5 0x3f2cab18    59976 nfs4_call_ops [nfsv4] nfsv4 WRITE a:call_status [sunrpc] q:xprt_pending
 *
 * Empty: the client waits for nothing.
 *
 * Source: net/sunrpc/debugfs.c, tasks_show().
 */
export function parseRpcTasks(text: string, file: string): Parsed<readonly RpcTask[]> {
  const tasks: RpcTask[] = []
  const faults: Fault[] = []
  const client = /rpc_clnt\/([^/]+)\/tasks$/.exec(file)?.[1] ?? ''
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue
    const found = TASK.exec(line)?.groups
    if (!found) {
      faults.push(faultAt(file, index + 1, '... program procedure a:action q:queue', line))
      continue
    }
    tasks.push({
      client,
      program: found['program'] ?? '',
      procedure: found['procedure'] ?? '',
      queue: found['queue'] ?? '',
      from: { file, line: index + 1 },
      text: line.trim(),
    })
  }
  return { value: tasks, faults }
}
