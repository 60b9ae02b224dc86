import { connect, type Socket } from 'node:net'

export type RawAnswer = {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are and reads to the end of the connection; for requests no client would make. */
export async function rawRequest(port: number, ...parts: readonly (string | Uint8Array)[]) {
  const socket = connect(port, '127.0.0.1')
  for (const part of parts) socket.write(part)
  return readAnswer(socket)
}

/** The first answer on a connection that is not a 100 Continue. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    const answer = answerIn(text)
    if (answer) return answer
  }
  throw new Error(`The connection ended after: ${text}`)
}

function answerIn(text: string): RawAnswer | null {
  const final = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const end = final.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = final.slice(0, end)
  const body = final.slice(end + 4)
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  if (Buffer.byteLength(body) < length) return null
  return { status: Number(head.split(' ')[1]), head, body }
}
