// A real browser in front of the real service.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContextOptions,
  type Page,
  chromium as player,
} from 'playwright-core'
import { readSettings } from '../../src/config.ts'
import { startService } from '../../src/main.ts'

export type Stage = {
  readonly url: string
  /** A page that fails its test when the browser complains of anything. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page>
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

// One process for all is for functions that live seconds; closing its first page ends it. Without
// web security a page could do here what it cannot do at home. Pages draw nothing that needs a GPU.
const ARGS_LEFT_OUT =
  /^--(?:single-process|disable-web-security|use-gl|use-angle|in-process-gpu|enable-unsafe-swiftshader|ignore-gpu-blocklist)/

/** Starts a service on an empty data folder, and a browser. */
export async function setStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'hangar-browser-'))
  const settings = readSettings({ port: '0', data: join(folder, 'data'), workers: '1' }, {})
  const service = await startService(settings)
  const browser = await launch()
  const complaints: string[] = []
  return {
    url: service.url,
    complaints,
    async open(path, options = {}) {
      const context = await browser.newContext({
        locale: 'en-US',
        timezoneId: 'Asia/Tokyo',
        ...options,
      })
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(service.url + path)
      return page
    },
    async close() {
      await browser.close()
      await service.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A browser; pages ask for nothing that it has not. */
export async function launch(): Promise<Browser> {
  return player.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((arg) => !ARGS_LEFT_OUT.test(arg)), '--disable-gpu'],
  })
}

/** Uploads a bundle as programs do, and waits until it is diagnosed. */
export async function upload(stage: Stage, file: Uint8Array, name: string): Promise<void> {
  const form = new FormData()
  form.append('bundle', new Blob([Uint8Array.from(file)]), name)
  const response = await fetch(`${stage.url}/api/v1/snapshots?wait=60`, {
    method: 'POST',
    body: form,
  })
  if (response.status !== 201) throw new Error(`Upload of ${name}: ${await response.text()}`)
}
