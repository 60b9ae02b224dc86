import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, linkAddress } from '../../src/model/link.ts'

const KEYS: Readonly<Record<string, string>> = {
  'https://jira.example.com/browse/OPS-4711': 'OPS-4711',
  'https://jira.example.com/jira/browse/ops-4711?focusedId=1#comment': 'OPS-4711',
  'https://x.atlassian.net/jira/software/projects/OPS/boards/3?selectedIssue=OPS-9': 'OPS-9',
  'https://github.com/torvalds/linux/issues/12': 'torvalds/linux#12',
  'https://github.com/Netflix/titus/pull/7/files#diff': 'Netflix/titus#7',
  'https://github.example.com/a/b/pull/7': 'a/b#7',
  'https://gitlab.com/group/project/-/issues/12': 'group/project#12',
  'https://gitlab.com/group/sub/project/-/merge_requests/34/diffs': 'group/sub/project!34',
  'https://gitlab.example.com/group/project/issues/5': 'group/project#5',
  'https://git.example.com/group/project/-/work_items/6': 'group/project#6',
  'https://x.service-now.com/nav_to.do?uri=incident.do?sys_id=9d385017c611228701d22104cc95c371':
    'incident/9d385017c611228701d22104cc95c371',
  'https://x.service-now.com/nav_to.do?uri=%2Fincident.do%3Fsys_id%3D9d385017c611228701d22104cc95c371%26x%3D1':
    'incident/9d385017c611228701d22104cc95c371',
  'https://x.service-now.com/incident.do?sysparm_query=number=INC0012345': 'INC0012345',
  'https://x.service-now.com/nav_to.do?uri=incident.do%3Fsysparm_query%3Dnumber%3DINC0012345':
    'INC0012345',
  'https://sn.example.com/incident.do?number=inc0012345': 'INC0012345',
  'https://bugzilla.kernel.org/show_bug.cgi?id=218345': 'bugzilla.kernel.org#218345',
  'https://linear.app/acme/issue/ENG-12/fuse-hangs': 'ENG-12',
  'https://bugs.launchpad.net/ubuntu/+source/linux/+bug/1958918': 'LP#1958918',
  'https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=1012345': 'Debian#1012345',
  'https://bugs.debian.org/1012345': 'Debian#1012345',
  'https://wiki.example.com/runbooks/fuse/': 'wiki.example.com/runbooks/fuse',
  'http://wiki.example.com:8080/': 'wiki.example.com:8080',
  'https://mantis.example.com/view.php?id=5': 'mantis.example.com/view.php?id=5',
  'https://example.com/%E0%A4%A': 'example.com/%E0%A4%A',
  'https://example.com/a%0Ab': 'example.com/a%0Ab',
  'https://example.com/%E2%80%AEtxt': 'example.com/%E2%80%AEtxt',
}

for (const [address, key] of Object.entries(KEYS)) {
  test(`${address} is called ${key}`, () => {
    assert.equal(keyOf(linkAddress(address) ?? ''), key)
  })
}

for (const address of [
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com/x',
  'https://user:secret@example.com/',
  'https://user@example.com/',
  'https://example.com/a\nb',
  'https://example.com/\u202egnp.exe',
  'https://example.com/\u200b',
  'example.com/x',
  '/incidents',
  'https://',
  '',
  `https://example.com/${'x'.repeat(2000)}`,
]) {
  test(`no link leads to ${JSON.stringify(address).slice(0, 60)}`, () => {
    assert.equal(linkAddress(address), null)
  })
}

test('spaces around an address and the case of its host do not make another link', () => {
  assert.equal(linkAddress('  HTTPS://Example.COM/A '), 'https://example.com/A')
})
