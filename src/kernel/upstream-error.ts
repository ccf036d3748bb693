/**
 * A JSON-RPC error an upstream answered with, to be relayed as one. It lives in the kernel because both sides
 * of the frame port need the class itself: the adapter throws it, the spine recognises it.
 */
import type { JsonValue } from './strict-json.ts'

export class UpstreamError extends Error {
  readonly rpcCode: number
  readonly data: JsonValue | undefined

  constructor(rpcCode: number, message: string, data?: JsonValue) {
    super(message)
    this.name = 'UpstreamError'
    this.rpcCode = rpcCode
    this.data = data
  }
}
