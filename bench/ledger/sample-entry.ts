/** The entry that every governed call leaves twice, with payloads of the usual size. */
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { uuidV7 } from '../../src/kernel/ids.ts'

const DIGEST = `sha256:${'5'.repeat(64)}`
const ARGUMENTS = new TextEncoder().encode('{"from":"2026-06-01T00:00:00Z","target":"host-14"}')
const FACTS = new Uint8Array(900).fill(0x20)

let made = 0

export function nextId(): string {
  const random = new Uint8Array(10)
  new DataView(random.buffer).setUint32(6, ++made)
  return uuidV7(Date.now(), random)
}

const CASE = nextId()
const TASK = nextId()
const AGENT = nextId()

/** A decision about a read. With its payloads it is as large as entries of a call get. */
export function sampleEntry(hasPayloads: boolean): EntryDraft {
  const payload = (bytes: Uint8Array) =>
    ({ bytes, mediaType: 'application/json', dataClass: 'operational' }) as const
  return {
    id: nextId(),
    type: 'tool.call.decided',
    atMs: Date.now(),
    actor: { kind: 'agent', id: AGENT },
    caseId: CASE,
    task: TASK,
    call: nextId(),
    data: {
      tool: 'log__search_events',
      definition: DIGEST,
      fingerprint: DIGEST,
      action: 'query:device',
      effect: 'read',
      decision: 'allow',
      enforced: true,
      reason: 'allowed',
      bundle: DIGEST,
      rule: DIGEST,
      policies: ['reads-run'],
      facts: DIGEST,
      attempt: 0,
      target_kind: 'device',
      mode: 'supervised',
      purpose: 'investigate',
    },
    ...(hasPayloads ? { payloads: { arguments: payload(ARGUMENTS), facts: payload(FACTS) } } : {}),
  }
}
