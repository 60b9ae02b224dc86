// @ts-check

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Adds the reader's own time zone to every instant, and lets ages grow. */
export function bringTimes() {
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.getAttribute('datetime') ?? '')
    if (Number.isNaN(at.getTime())) continue
    time.setAttribute(
      'title',
      `${time.getAttribute('title') ?? at.toISOString()}\n${local.format(at)} local`,
    )
  }
  setInterval(tellAges, 30_000)
}

const AGES = /** @type {const} */ ([
  [3600, 60, 'min'],
  [172_800, 3600, 'h'],
  [5_184_000, 86_400, 'days'],
])

function tellAges() {
  for (const time of document.querySelectorAll('time[datetime]:not([data-absolute])')) {
    if (!/ago$|^just now$/.test(time.textContent ?? '')) continue
    const seconds = (Date.now() - Date.parse(time.getAttribute('datetime') ?? '')) / 1000
    const age = AGES.find(([limit]) => seconds < limit)
    if (age && seconds >= 60) time.textContent = `${Math.floor(seconds / age[1])} ${age[2]} ago`
  }
}
