/** One request on a kept connection, and the whole text that comes back. */
import { type Agent, request } from 'node:http'
import type { WireRequest } from './wire.ts'

export function send(agent: Agent, url: string, wire: WireRequest, id: number): Promise<string> {
  const body = wire.body(id)
  const headers = { ...wire.headers, 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
