import type { Step } from '../../model/diagnosis.ts'
import { type Html, html } from '../html.ts'
import { copyable } from './marks.ts'
import { inline, prose } from './prose.ts'

/** What to run, in order; what is lost by it stands before the command, not behind it. */
export function stepsPart(steps: readonly Step[]): Html | null {
  if (steps.length === 0) return null
  return html`<ol class="remedy">${steps.map(stepItem)}</ol>`
}

/** Sentences that say what a command costs; they must not be read past. */
const LOSS =
  /^(?:Lost|Loses|Costs?|Warning|What is lost)\b|\b(?:is|are|be) lost\b|\bloses?\b|dead for good|cannot be undone|ECONNABORTED|\breboot|\bnever (?:abort|kill|run)\b/i

const NO_LOSS = /\bnothing (?:is|will be) lost\b/i

function isLoss(sentence: string): boolean {
  return LOSS.test(sentence) && !NO_LOSS.test(sentence)
}

function stepItem({ text, command }: Step): Html {
  const sentences = text.trim().split(/(?<=[.!?])\s+(?=[A-Z])/)
  const losses = command === null ? [] : sentences.filter(isLoss)
  const rest = sentences.filter((sentence) => !losses.includes(sentence)).join(' ')
  const loss = losses.length === 0 ? null : html`<p class="loss">${inline(losses.join(' '))}</p>`
  return html`<li>
<div class="remedy-text">${prose(rest, 'does')}${loss}</div>
${command === null ? null : copyable(command, 'the command')}
</li>`
}
