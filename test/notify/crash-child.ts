// A service that tells a receiver of one incident, to be killed while it does.

import { Notifier } from '../../src/notify/notifier.ts'
import { openStore } from '../../src/store/open.ts'

const [folder = ''] = process.argv.slice(2)
const notifier = new Notifier({
  store: openStore(folder),
  rules: { isPrivateAllowed: true },
  origin: () => 'https://hangar.example',
  ageMaxMs: Number.MAX_SAFE_INTEGER,
  everyMs: 5,
  whenFailed: (error) => {
    throw error
  },
})
notifier.start()
