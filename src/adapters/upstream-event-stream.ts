/** The data of server-sent events (WHATWG HTML, section 9.2.6), from bytes in any pieces. */

const LINE_END = /\r\n|\n|\r/

export class EventStreamReader {
  private readonly decoder = new TextDecoder()
  private rest = ''
  private data: string[] = []
  private isMessage = true

  /** The data of each message event that this piece completes; events of other kinds are left out. */
  read(piece: Uint8Array): readonly string[] {
    const text = this.rest + this.decoder.decode(piece, { stream: true })
    // A carriage return at the end may be half of a line end; the next piece tells.
    const held = text.endsWith('\r') ? '\r' : ''
    const lines = text.slice(0, text.length - held.length).split(LINE_END)
    this.rest = (lines.pop() ?? '') + held
    return lines.flatMap((line) => this.line(line))
  }

  private line(line: string): readonly string[] {
    if (line === '') return this.dispatch()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.data.push(value)
    if (field === 'event') this.isMessage = value === 'message' || value === ''
    return []
  }

  private dispatch(): readonly string[] {
    const { data, isMessage } = this
    this.data = []
    this.isMessage = true
    // A priming event has an id and no data.
    return isMessage && data.some((each) => each !== '') ? [data.join('\n')] : []
  }
}
