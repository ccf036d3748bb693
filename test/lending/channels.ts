/** Every way by which something comes out of a gateway, as text: what a secret must not be found in. */
import { inspect } from 'node:util'
import type { Log } from '../../src/kernel/log.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { rest } from '../harness/people.ts'
import type { Plane } from '../harness/plane.ts'
import { exportBytes } from '../promises-e2e/record.ts'

/** Channel to what came through it. */
export type Channels = Readonly<Record<string, string>>

const PATHS = [
  '/api/v1/secrets',
  '/api/v1/leases',
  '/api/v1/cases/INC-482',
  '/api/v1/cases/INC-482/calls',
  '/api/v1/cases/INC-482/timeline',
  '/api/v1/tools',
  '/api/v1/agents',
  '/api/openapi.json',
]

/** Keeps whatever is logged, at every level. */
export function keptLog(): { readonly log: Log; readonly text: () => string } {
  const said: unknown[] = []
  const keep = (...what: unknown[]) => void said.push(...what)
  return {
    log: { debug: keep, info: keep, warn: keep, error: keep },
    text: () => inspect(said, { depth: 12, maxStringLength: null, maxArrayLength: null }),
  }
}

/** Listens to the stream of events until it is stopped, and answers all it heard. */
export async function heardEvents({ gateway, dana }: Plane): Promise<() => Promise<string>> {
  const end = new AbortController()
  const stream = await fetch(`${gateway.baseUrl}/api/v1/events`, {
    headers: { authorization: `Bearer ${dana.token}` },
    signal: end.signal,
  })
  let heard = ''
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk).toString()
  })().catch(() => undefined)
  return async () => {
    end.abort()
    await reading
    return heard
  }
}

/** What people, scrapers, auditors and thieves of the disk read. */
export async function readChannels(plane: Plane): Promise<Channels> {
  const { gateway, dataDir, petra } = plane
  const out: Record<string, string> = {}
  for (const path of PATHS) out[path] = JSON.stringify(await rest(plane, petra, 'GET', path))
  out.metrics = await (await fetch(`${gateway.baseUrl}/metrics`)).text()
  out['the export of the case'] = Buffer.from(await exportBytes(plane, 'INC-482')).toString()
  const atRest = await sqliteDatabase(dataDir).bytes()
  out['the database at rest'] = Buffer.from(atRest).toString('latin1')
  out.memory = inspect(gateway.parts.spine.lending, { depth: 12, showHidden: true })
  return out
}

/** Channels in which a secret stands, plainly or as it goes through URLs and headers. */
export function leaksIn(out: Channels, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ])
  return Object.entries(out).flatMap(([channel, text]) =>
    forms.some((form) => text.includes(form)) ? [channel] : [],
  )
}
