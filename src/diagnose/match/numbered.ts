import { isMap, isScalar, parseDocument } from 'yaml'

/** The text of a signature with another version number, and nothing else of it changed. */
export function withVersion(yaml: string, version: number): string {
  const { contents } = parseDocument(yaml)
  if (!isMap(contents)) return yaml
  const node: unknown = contents.get('version', true)
  const range = isScalar(node) ? node.range : null
  return range ? yaml.slice(0, range[0]) + String(version) + yaml.slice(range[1]) : yaml
}
