import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incident } from '../../src/model/incident.ts'
import { incidentMarkdown } from '../../src/web/incident-markdown.ts'

const ADDED = { from: 'incident', addedAt: '2026-11-23T12:30:00Z', addedBy: 'mara' } as const

const INCIDENT: Incident = {
  id: 'i1',
  url: 'http://hangar.example/incidents/i1',
  signature: 'fuse-flush-deadlock',
  signatureVersion: 1,
  verdict: 'confirmed',
  severity: 'critical',
  state: 'open',
  resolution: null,
  mutedUntil: null,
  title: 'FUSE flush deadlock in a dying pid namespace',
  summary: 'ndrive (tid 12) waits for a daemon that its own namespace has killed.',
  subject: { kind: 'pid-namespace', id: '4026532281' },
  fingerprint: '1:9f86d081884c7d65',
  host: 'web-7',
  kernel: '5.15.35-generic',
  labels: { rack: 'r1' },
  class: 'fuse',
  taskCount: 1,
  firstSeen: '2026-11-23T12:00:00Z',
  lastSeen: '2026-11-23T13:00:00Z',
  since: null,
  snapshots: 2,
  tasks: [
    {
      role: 'culprit',
      tgid: 10,
      tid: 12,
      comm: 'ndrive',
      state: 'D',
      waitsOn: {
        class: 'fuse',
        function: 'fuse_flush',
        primitive: 'request_wait_answer',
        context: 'exit',
        blocked: true,
      },
    },
  ],
  evidence: [
    {
      file: 'proc/12/stack',
      line: 3,
      text: '[<0>] fuse_flush+0x1a1/0x1e0',
      says: 'waits for the answer to its FLUSH',
    },
  ],
  missing: ['mountinfo of the namespace'],
  graph: { nodes: [], edges: [], cycle: false },
  advice: {
    kernel: { affected: true, why: 'The fix of 6.3 was reverted.', fixedIn: null },
    steps: [
      { text: 'Abort the connection', command: 'echo 1 > /sys/fs/fuse/connections/48/abort' },
      { text: 'Tell the owner', command: null },
    ],
  },
  snapshot: 's1',
  links: [{ id: 'l1', url: 'https://tickets.example/OPS-1', key: 'OPS-1', title: null, ...ADDED }],
  history: [
    { at: '2026-11-23T12:00:00Z', what: 'opened', who: 'hangar', snapshot: 's1', note: null },
    {
      at: '2026-11-23T12:30:00Z',
      what: 'acknowledged',
      who: 'anyone',
      snapshot: null,
      note: 'on it',
    },
  ],
}

test('an incident is a ticket: facts, tasks, evidence, steps, history and its address', (t) => {
  t.assert.fileSnapshot(incidentMarkdown(INCIDENT), 'samples/incident-markdown.expect.md', {
    serializers: [String],
  })
})

const HOSTILE = {
  'an HTML element': '<img src=x onerror=alert(1)>',
  'a link': '[click](http://evil.example)',
  'an image': '![x](http://evil.example/x.png)',
  'a bare address': 'see https://evil.example now',
  'a www address': 'see www.evil.example now',
  'a heading': '\n# owned',
  'a code fence': '```\n# owned\n```',
  'the end of a cell': 'a | b | c',
  'a mention': '@everyone and #17',
  'a list': '\n- [ ] task',
  'a reference definition': '\n[x]: http://evil.example',
  'an entity': '&lt;b&gt;',
  'a quote': '\n> owned',
  'a reversed text': 'abc\u202edcba',
} as const

for (const [name, text] of Object.entries(HOSTILE)) {
  const markdown = incidentMarkdown({
    ...INCIDENT,
    title: text,
    summary: text,
    host: text,
    labels: { [text]: text },
    tasks: INCIDENT.tasks.map((task) => ({ ...task, comm: text, role: text })),
    evidence: [{ file: text, line: 1, text, says: text }],
    advice: { kernel: null, steps: [{ text, command: text }] },
    history: INCIDENT.history.map((item) => ({ ...item, note: text })),
    links: [{ id: '1', url: `javascript:${text}`, key: text, title: text, ...ADDED }],
  })
  // What a reader of Markdown would take for markup is what stands outside of code.
  const outside = markdown
    .replace(/^( *)(`{3,})text\n[\s\S]*?\n\1\2$/gm, '')
    .replace(/(?<!`)(`+)(?!`)(?:[^`]|(?!\1(?!`))`)+?\1(?!`)/g, '')
    .replaceAll(/\\[!-/:-@[-`{-~]/g, '')

  test(`${name} in what the host says stays text`, () => {
    assert.doesNotMatch(outside, /<(?!https?:)/)
    assert.doesNotMatch(outside, /\]\(|!\[|\[ \]|^\s*\[/m)
    assert.doesNotMatch(outside, /www\.|(?<!<)https?:\/\//)
    assert.doesNotMatch(outside, /@\w|#\d|&\w+;/)
    assert.doesNotMatch(outside, /^# owned|^> /m)
    assert.doesNotMatch(markdown, /\u202e/)
  })

  test(`${name} in what the host says breaks no table`, () => {
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '))
    const cells = rows.map((row) => row.replaceAll('\\|', '').split('|').length - 2)
    assert.deepEqual([...new Set(cells)].sort(), [2, 5])
  })

  test(`${name} in what the host says ends no fence`, () => {
    const fences = markdown.split('\n').filter((line) => /^ *`{3,}/.test(line))
    assert.equal(fences.length % 2, 0)
  })
}

test('hundreds of tasks are cut, and counted', () => {
  const tasks = Array.from({ length: 300 }, () => INCIDENT.tasks[0]).flatMap((task) => task ?? [])
  const markdown = incidentMarkdown({ ...INCIDENT, tasks })
  assert.match(markdown, /And 280 more tasks\./)
})
