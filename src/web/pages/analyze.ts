import type { DiagnosedIncident, Diagnosis } from '../../model/diagnosis.ts'
import { type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { findingParts, subjectOf } from '../parts/finding.ts'
import {
  factLine,
  hostCode,
  hostText,
  severityMark,
  timeMark,
  VERDICT_MEANS,
  verdictMark,
} from '../parts/marks.ts'
import { prose, section } from '../parts/prose.ts'
import { countFigures, readingNotes, stackList, waitBars } from '../parts/task-tables.ts'
import { instant, plural, sinceWords } from '../parts/words.ts'

/** The form alone; with what went wrong, after an input that was no use. */
export function analyzePage(context: PageContext, failure: AnalyzeFailure | null = null): string {
  return layout(context, {
    title: 'Analyze',
    description: 'Paste or drop what a hung host shows, and read what is wrong. Nothing is stored.',
    section: '/analyze',
    body: html`<header class="masthead calm">
<h1>What does it hang on?</h1>
<p class="lead">Paste what the host shows, or drop a bundle. The answer comes at once, and nothing is stored.</p>
</header>
${failure === null ? null : failureBox(failure)}
${FORM}
${TAKES}`,
  })
}

export type AnalyzeFailure = { readonly title: string; readonly says: readonly string[] }

function failureBox({ title, says }: AnalyzeFailure): Html {
  const lines = says.map((line) => html`<p>${line}</p>`)
  return html`<section class="panel failure" role="alert"><h2>${title}</h2>${lines}</section>`
}

const FORM = html`<form class="analyze panel" method="post" action="/analyze" enctype="multipart/form-data" data-analyze>
<label for="text">Text</label>
<textarea id="text" name="text" rows="14" spellcheck="false" autocomplete="off" placeholder="[&lt;0&gt;] request_wait_answer+0x1bb/0x2a0&#10;[&lt;0&gt;] fuse_simple_request+0x18b/0x2b0&#10;[&lt;0&gt;] fuse_flush+0x1a1/0x1e0&#10;…"></textarea>
<div class="drop"><label for="bundle">or a file</label><input id="bundle" name="bundle" type="file">
<p class="quiet">A bundle, a sosreport, a kernel log, a goroutine dump.
<span class="script-only">Drop it anywhere on this page.</span></p></div>
<p class="buttons"><button class="main">Diagnose</button></p>
</form>`

const TAKES = section(
  'takes',
  'What it takes',
  html`<div class="cards">
<div class="panel"><h3>From <code>/proc</code></h3>
<p><code>cat /proc/PID/task/*/stack</code>, with <code>grep Pnd /proc/PID/status</code> if you can: the more, the
surer the verdict.</p></div>
<div class="panel"><h3>From the kernel log</h3>
<p>Hung-task reports, sysrq-w and sysrq-t dumps, oopses, soft lockups, RCU stalls; with or without prefixes, quoted
or wrapped.</p></div>
<div class="panel"><h3>From elsewhere</h3>
<p>Backtraces of crash and drgn, vmcore-dmesg, <code>ps</code> listings, goroutine dumps of dockerd and
containerd.</p></div>
</div>`,
)

/** The whole answer to one input. */
export function analyzedPage(context: PageContext, diagnosis: Diagnosis, name: string): string {
  const { incidents } = diagnosis
  return layout(context, {
    title: incidents[0]?.title ?? 'Nothing is stuck',
    description: incidents[0]?.summary ?? 'No task of the input hangs.',
    section: '/analyze',
    body: html`${answerHead(context, diagnosis, name)}
${incidents.map((incident, index) => finding(incident, index, diagnosis))}
<div class="parts">${rest(diagnosis)}</div>
<p class="buttons"><a class="button main" href="/analyze">Analyze another</a></p>`,
  })
}

function answerHead({ now }: PageContext, { snapshot, incidents }: Diagnosis, name: string): Html {
  const { host, kernel, collectedAt, counts } = snapshot
  const isCalm = incidents.length === 0
  return html`<header class="masthead${isCalm ? ' calm' : ''}">
<h1>${isCalm ? 'Nothing is stuck.' : `${plural(incidents.length, 'incident')} found.`}</h1>
${factLine([
  hostText(name),
  html`host ${hostText(host.name)}`,
  html`kernel ${hostCode(kernel.release)}`,
  html`taken ${timeMark(collectedAt, now)}`,
  'not stored',
])}
${incidents.length < 2 ? null : contents(incidents)}
</header>
${counts.tasks > 0 ? countFigures(counts) : null}`
}

function contents(incidents: readonly DiagnosedIncident[]): Html {
  return html`<ol class="contents">${incidents.map(contentsItem)}</ol>`
}

function contentsItem({ title, severity, verdict }: DiagnosedIncident, index: number): Html {
  const marks = html`${severityMark(severity)}${verdictMark(verdict)}`
  return html`<li><a href="#incident-${index + 1}">${title}</a> ${marks}</li>`
}

function finding(incident: DiagnosedIncident, index: number, diagnosis: Diagnosis): Html {
  const { severity, verdict, signature, since } = incident
  const id = `incident-${index + 1}`
  const parts = findingParts({
    incident,
    tasks: diagnosis.tasks,
    kernel: diagnosis.snapshot.kernel.release,
    nearMisses: incident.nearMisses ?? [],
    idPrefix: `${id}-`,
  })
  return html`
<article class="incident sev-${severity}" id="${id}">
<header class="verdict-head">
<p class="marks">${severityMark(severity)}${verdictMark(verdict)}<span class="mark">${signature}</span></p>
<h2 class="title">${incident.title}</h2>
${factLine([subjectOf(incident), since === null ? null : html`${sinceWords(severity)} <time datetime="${since}">${instant(since)}</time>`])}
<div class="lead">${prose(incident.summary, 'summary')}</div>
<p class="verdict-means">${VERDICT_MEANS[verdict]}</p>
</header>
<div class="parts">${parts}</div>
</article>`
}

/** What no incident tells: where the notable tasks stand, and what could not be read. */
function rest(diagnosis: Diagnosis): readonly (Html | null)[] {
  const inIncidents = new Set(
    diagnosis.incidents.flatMap(({ tasks }) => tasks.map(({ tid }) => tid ?? -1)),
  )
  const others = diagnosis.tasks.filter(({ tid }) => tid === null || !inIncidents.has(tid))
  return [
    section('waits', 'What the tasks wait for', waitBars(diagnosis.tasks)),
    section(
      'others',
      diagnosis.incidents.length === 0 ? 'Where the tasks stand' : 'Other notable tasks',
      stackList(others),
    ),
    section('reading', 'Not read', readingNotes(diagnosis)),
  ]
}
