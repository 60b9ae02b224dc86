import type { Evidence } from '../../model/diagnosis.ts'
import { type Html, html } from '../html.ts'
import { hostCode } from './marks.ts'
import { inline } from './prose.ts'
import { clipped, plural } from './words.ts'

const LINES_SHOWN = 8
const LINES_MAX = 400
const LINE_CHARS_MAX = 2000

/** Lines of the input, each as it stands there, with what it proves; the first ones at once. */
export function evidencePart(evidence: readonly Evidence[]): Html | null {
  if (evidence.length === 0) return null
  const isLong = evidence.length > LINES_SHOWN + 2
  const shown = isLong ? evidence.slice(0, LINES_SHOWN) : evidence
  const folded = evidence.slice(shown.length, LINES_MAX)
  if (folded.length === 0) return evidenceList(shown)
  return html`${evidenceList(shown)}
<details class="more">
<summary>${plural(evidence.length - shown.length, 'further line')}</summary>
${evidenceList(folded)}
</details>`
}

function evidenceList(evidence: readonly Evidence[]): Html {
  return html`<ol class="evidence">${blocksOf(evidence).map(evidenceBlock)}</ol>`
}

/** Neighbouring lines of one file share its heading. */
function blocksOf(evidence: readonly Evidence[]): readonly (readonly Evidence[])[] {
  const blocks: Evidence[][] = []
  for (const line of evidence) {
    const last = blocks.at(-1)
    if (last?.[0]?.file === line.file) last.push(line)
    else blocks.push([line])
  }
  return blocks
}

function evidenceBlock(lines: readonly Evidence[]): Html {
  return html`
<li data-row><p class="file">${hostCode(lines[0]?.file ?? '')}</p>${lines.map(quote)}</li>`
}

function quote({ line, text, says }: Evidence): Html {
  return html`
<div class="quote">
<span class="line-number" aria-label="line ${line}">${line}</span>
<pre tabindex="0"><code>${clipped(text, LINE_CHARS_MAX)}</code></pre>
<p class="says">${inline(says)}</p>
</div>`
}
