import { type Html, html } from '../html.ts'
import { copyable } from '../parts/marks.ts'

/** What a new user sees: the next step, ready to copy. */
export function welcome(origin: string): Html {
  const collect = `curl -fsS ${origin}/collect.sh -o hangar-collect && sudo sh hangar-collect --server ${origin}`
  const upload = `npx hangar upload bundle.tar.gz --server ${origin} --wait`
  const curl = `curl -sS -F bundle=@bundle.tar.gz '${origin}/api/v1/snapshots?wait=60'`
  return html`<section class="masthead calm">
<h1>Bring in the first hung host.</h1>
<p class="lead">Hangar reads what a Linux host shows of itself in <code>/proc</code> and its kernel log, and says
which task is stuck, on whom it waits, why it cannot end, and what frees it.</p>
</section>
<ol class="steps-to-start">
<li class="panel"><h2>Try a text</h2>
<p>Paste a kernel stack, a hung-task report, a sysrq dump or a goroutine dump. Nothing is stored.</p>
<p><a class="button main" href="/analyze">Analyze a text or file</a></p></li>
<li class="panel"><h2>Collect on the host</h2>
<p>The collector is one shell script that reads the suspicious tasks first, never waits for a file that blocks,
and sends what it found. Where tokens are asked for, give it one by <code>--token-file</code>.</p>
${copyable(collect, 'the collect command')}</li>
<li class="panel"><h2>Upload the bundle</h2>
<p>A bundle, a sosreport, or a tar of the right files. Plain <code>tar</code> stores the files of a live
<code>/proc</code> empty, so use the collector.</p>
${copyable(upload, 'the upload command')}${copyable(curl, 'the curl command')}</li>
</ol>`
}
