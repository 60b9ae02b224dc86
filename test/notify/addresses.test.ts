import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyUrlRefused } from '../../src/notify/addresses.ts'

const NEVER = [
  'http://169.254.169.254/latest/meta-data',
  'http://[::ffff:169.254.169.254]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://2852039166/', // 169.254.169.254 as one number
  'http://0xa9fea9fe/',
  'http://0/',
  'http://[::]/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'ftp://example.com/',
  'file:///etc/passwd',
]

const PRIVATE = [
  'http://127.0.0.1:8080/hook',
  'http://[::1]/',
  'http://10.1.2.3/',
  'http://172.20.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://[fd12:3456::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://127.1/',
]

const PUBLIC = [
  'https://hooks.slack.com/services/T/B/x',
  'http://93.184.216.34/',
  'http://[2600::1]/',
]

for (const url of NEVER) {
  test(`nothing is ever sent to ${url}`, () => {
    assert.notEqual(whyUrlRefused(url, { isPrivateAllowed: true }), null)
  })
}

for (const url of PRIVATE) {
  test(`${url} is sent to unless the setting refuses`, () => {
    assert.equal(whyUrlRefused(url, { isPrivateAllowed: true }), null)
    assert.match(whyUrlRefused(url, { isPrivateAllowed: false }) ?? '', /private/)
  })
}

for (const url of PUBLIC) {
  test(`${url} is sent to`, () => {
    assert.equal(whyUrlRefused(url, { isPrivateAllowed: false }), null)
  })
}
