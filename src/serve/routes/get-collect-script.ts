import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { fileRoute } from '../route.ts'

const SHELL_SCRIPT = 'text/x-shellscript; charset=utf-8'

const SCRIPT = new URL('../../collect/hangar-collect.sh', import.meta.url)

/** Read once: what is handed out is the version of the service that takes its bundles. */
const content = readFileSync(SCRIPT, 'utf8')

export const getCollectScript = fileRoute({
  method: 'get',
  path: '/collect.sh',
  summary: 'The collector, a script of POSIX sh: curl -fsS ADDRESS/collect.sh -o hangar-collect',
  needs: 'nobody',
  type: SHELL_SCRIPT,
  input: z.strictObject({}),
  problems: [],
  handle: async () => ({ type: SHELL_SCRIPT, content, saveAs: null }),
})
