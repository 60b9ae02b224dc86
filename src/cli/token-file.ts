import { readFileSync } from 'node:fs'
import { type Arguments, InputError, type Option } from './command.ts'

/** How a command that speaks to a service is given its token: never on the command line, which others see. */
export const TOKEN_FILE_OPTION: Option = {
  name: 'token-file',
  value: 'FILE',
  help: 'a file that holds an access token for the service (else HANGAR_TOKEN)',
}

const TOKEN = /^[\x21-\x7e]+$/

/**
 * The token to show a service; null where none is given.
 * @throws {InputError} when what is given is none
 */
export function givenToken({ values }: Arguments): string | null {
  const file = values['token-file']
  const { HANGAR_TOKEN: fromEnvironment } = process.env
  const text = file === undefined ? fromEnvironment : readFileSync(file, 'utf8')
  const token = text?.trim() ?? ''
  if (token === '' && file === undefined) return null
  if (TOKEN.test(token)) return token
  throw new InputError(`${file ?? 'HANGAR_TOKEN'} holds no access token`)
}
