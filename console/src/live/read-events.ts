/** Server-Sent Events from the bytes of a stream (WHATWG HTML 9.2.6), so that every request carries its proof. */

export type ServerEvent = {
  readonly event: string
  readonly data: string
  /** The reader's place after this event. */
  readonly id: string | undefined
}

/** Ends when the stream does; rejects when it breaks. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const blocks = (rest + decoder.decode(read.value, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield eventOf(block)
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

function eventOf(block: string): ServerEvent {
  let event = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') event = value
    if (name === 'id') id = value
    if (name === 'data') data.push(value)
  }
  return { event, data: data.join('\n'), id }
}
