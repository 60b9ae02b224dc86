/** `1 task`, `3 tasks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

const DURATIONS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
]

/** The two greatest units of a time, e.g. `3 d 4 h`. */
export function duration(seconds: number): string {
  const at = DURATIONS.findIndex(([length]) => seconds >= length)
  const [length, unit] = DURATIONS[at] ?? [1, 's']
  const whole = Math.floor(seconds / length)
  const [lesser, lesserUnit] = DURATIONS[at + 1] ?? [1, 's']
  const rest = at === -1 ? 0 : Math.floor((seconds % length) / lesser)
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${lesserUnit}`
}

/** `ls x3, cat`, most first. */
export function tally(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => (count === 1 ? word : `${word} x${count}`))
    .join(', ')
}
