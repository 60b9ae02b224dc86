import { openHistory } from '../../src/ingest/history.ts'
import { openStore } from '../../src/store/open.ts'

// Started by another test, to be killed while it reads history again.

const [dataFolder = ''] = process.argv.slice(2)
const store = openStore(dataFolder)
const { work } = await openHistory({ store, dataFolder, catalogueFolder: null })
work.wake()
setInterval(() => {}, 1_000)
