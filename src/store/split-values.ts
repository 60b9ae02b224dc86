/** What a filter wants to see, and what not (`!value`). */
export function splitValues(values: readonly string[]): {
  readonly wanted: readonly string[]
  readonly unwanted: readonly string[]
} {
  const unwanted = values.filter((value) => value.startsWith('!')).map((value) => value.slice(1))
  return { wanted: values.filter((value) => !value.startsWith('!')), unwanted }
}
