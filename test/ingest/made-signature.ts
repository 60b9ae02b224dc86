/** Text of a signature that fires on tasks which show a function. */
export function signatureText({
  id = 'made-here',
  frame = 'vendor_wait_event',
  title = 'Vendor driver waits',
  severity = 'high',
  subject = 'task',
  verdict = 'likely',
}: {
  readonly id?: string
  readonly frame?: string
  readonly title?: string
  readonly severity?: string
  readonly subject?: string
  readonly verdict?: string
} = {}): string {
  return `# Made by a test.
id: ${id}
version: 1 # of the file
title: ${title}
severity: ${severity}
why: A task waits in the driver of a vendor.
source: drivers/vendor/wait.c, ${frame}()
subject: ${subject}
roles:
  stuck:
    where: { frames: [${frame}] }
    says: it waits in ${frame}
verdicts:
  ${verdict}: [{ has: stuck }]
summary: "{stuck} waits in the driver."
`
}
