/** A text as one part of a path or query; half a surrogate pair, which no address can hold, is U+FFFD. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Where the page of an incident lives; the short form is for people who type. */
export function incidentPath(id: string): string {
  return `/incidents/${encoded(id)}`
}

export function hostPath(name: string): string {
  return `/hosts/${encoded(name)}`
}

export function snapshotPath(id: string): string {
  return `/snapshots/${encoded(id)}`
}

export function signaturePath(id: string): string {
  return `/signatures/${encoded(id)}`
}

/** Keys may hold slashes and hashes: they are one part of the path all the same. */
export function ticketPath(key: string): string {
  return `/tickets/${encoded(key)}`
}

export function problemPath(fingerprint: string): string {
  return `/problems/${encoded(fingerprint)}`
}
