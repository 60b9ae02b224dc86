/** Beginning of parameters and fields that hold one label each, as `label.rack`. */
const LABEL = 'label.'

type Fields = Readonly<Record<string, unknown>>

/**
 * The same fields, with every `label.K=V` gathered under `labels`; where that field is given too,
 * it becomes a list of both.
 */
export function withLabels(fields: Fields): Fields {
  const all = Object.entries(fields)
  const named = all
    .filter(isLabel)
    .map(([name, value]) => [name.slice(LABEL.length), value] as const)
  if (named.length === 0) return fields
  const others = Object.fromEntries(all.filter((field) => !isLabel(field)))
  const labels = Object.fromEntries(named)
  return { ...others, labels: 'labels' in others ? [others['labels'], labels].flat() : labels }
}

function isLabel([name]: readonly [string, unknown]): boolean {
  return name.startsWith(LABEL)
}
