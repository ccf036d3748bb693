/** A case as the gateway records it: a read that runs, a write that a person approves, a call denied. */
import type { Oddity, PracticeKey } from '../../range/practice-passkey.ts'
import { assert, challengeOf, placeOf } from '../../range/practice-passkey.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { digestOf } from '../../src/kernel/digest.ts'
import type { EntryDraft, EventName, FieldValue, Payload } from '../../src/kernel/entry.ts'
import { keyOf } from '../harness/passkeys.ts'
import type { MemoryLog } from './memory-log.ts'
import { START_MS } from './memory-log.ts'

const PLACE = placeOf('http://localhost:7070')

function jwkOf({ privateKey: { d: _, ...publicKey } }: PracticeKey) {
  return publicKey
}

const made = new Map<string, ReturnType<typeof assert>>()

/** The same twice: signatures are random, and two logs that tell the same must be the same. */
function assertOnce(by: PracticeKey, signed: string, oddity: Oddity): ReturnType<typeof assert> {
  const name = JSON.stringify([by.credential, signed, oddity])
  const assertion = made.get(name) ?? assert(by, challengeOf(signed), PLACE, oddity)
  made.set(name, assertion)
  return assertion
}

export function digest(text: string): string {
  return digestOf('countersign-evidence-v1', Buffer.from(text))
}

export function payload(text: string, dataClass: Payload['dataClass'] = 'operational'): Payload {
  return { bytes: new TextEncoder().encode(text), mediaType: 'application/json', dataClass }
}

/** The words of one case and the hands that write them. */
export class CaseStory {
  readonly log: MemoryLog
  readonly caseId: string
  readonly agent: string
  readonly person: string
  readonly task: string
  readonly passkey: string
  private isEnrolled = false

  constructor(log: MemoryLog) {
    this.log = log
    this.caseId = log.nextId()
    this.agent = log.nextId()
    this.person = log.nextId()
    this.task = log.nextId()
    this.passkey = log.nextId()
  }

  /** Appends an entry of this case; whatever is not given has a plain default. */
  say(
    type: EventName,
    data: { readonly [field: string]: FieldValue },
    more: Partial<EntryDraft> = {},
  ): string {
    const id = this.log.nextId()
    this.log.append({
      id,
      type,
      atMs: START_MS + this.log.entries.length * 1000,
      actor: { kind: 'system', id: 'gateway' },
      caseId: this.caseId,
      data,
      ...more,
    })
    return id
  }

  /** The payload of a signature over the digest; its key is on the books before. */
  signature(
    signed: string,
    by: PracticeKey = keyOf({ id: this.person }),
    oddity: Oddity = {},
  ): string {
    this.enrol()
    const { id: credential, response } = assertOnce(by, signed, oddity)
    const { passkey } = this
    return JSON.stringify({ v: 1, signed, passkey, credential, key: jwkOf(by), ...response })
  }

  /** The person's key is enrolled, and vouched for by somebody; outside any case, once. */
  enrol(vouchedBy = this.log.nextId(), person = this.person): void {
    if (this.isEnrolled) return
    this.isEnrolled = true
    const key = digestOfJson('countersign-passkey-v1', jwkOf(keyOf({ id: this.person })))
    const data = { passkey: this.passkey, person, key }
    const base = { atMs: START_MS }
    const enrolled = { algorithm: 'ES256', aaguid: '0', device_bound: false }
    this.log.append({
      ...base,
      id: this.log.nextId(),
      type: 'passkey.enrolled',
      actor: { kind: 'person', id: person },
      data: { ...data, ...enrolled, session: this.log.nextId() },
    })
    this.log.append({
      ...base,
      id: this.log.nextId(),
      type: 'passkey.vouched',
      actor: { kind: 'person', id: vouchedBy },
      data,
    })
  }

  open(): this {
    this.say(
      'case.linked',
      { severity: 2, state: 'open', source: 'rest' },
      { payloads: { title: payload('"brute force from 203.0.113.9"', 'personal') } },
    )
    this.say(
      'task.opened',
      {
        task: this.task,
        agent: this.agent,
        purpose: 'respond',
        expires: START_MS + 3_600_000,
      },
      { task: this.task },
    )
    return this
  }

  call(tool: string): Call {
    return new Call(this, tool)
  }

  /** The usual case. Returns the call that a person approved. */
  play(): Call {
    this.open()
    const read = this.call('logs__query')
    read.decide('allow')
    read.lease()
    read.dispatch()
    read.outcome('no_effect')
    const block = this.call('edge__block_address')
    const request = this.log.nextId()
    block.decide('hold', { request })
    block.ask(request)
    const grant = block.grant(request)
    block.decide('allow', { request })
    block.lease()
    block.dispatch({ grant })
    block.outcome('applied_verified')
    this.call('edge__flush').decide('deny')
    return block
  }
}

/** How long a borrowed credential was asked for. */
export const TTL_MS = 60_000

/** One call and its entries. Each step cites what the rules ask for unless told otherwise. */
export class Call {
  readonly story: CaseStory
  readonly id: string
  readonly tool: string
  readonly fingerprint: string
  readonly actionDigest: string
  decided = ''
  leased = ''
  leaseId = ''
  wanted = ''
  dispatched = ''
  attempt = 1

  constructor(story: CaseStory, tool: string) {
    this.story = story
    this.id = story.log.nextId()
    this.tool = tool
    this.fingerprint = digest(`fingerprint ${this.id}`)
    this.actionDigest = digest(`action ${this.id}`)
  }

  named(): { tool: string; definition: string; fingerprint: string } {
    return { tool: this.tool, definition: digest(this.tool), fingerprint: this.fingerprint }
  }

  decide(decision: 'allow' | 'deny' | 'hold', data: { [field: string]: FieldValue } = {}): string {
    this.decided = this.say(
      'tool.call.decided',
      {
        ...this.named(),
        action: 'deny:ipv4-net',
        effect: 'contain',
        decision,
        enforced: true,
        reason: 'policy',
        bundle: digest('bundle'),
        rule: digest('rule'),
        policies: ['base/contain'],
        facts: digest('facts'),
        attempt: this.attempt,
        ...data,
      },
      {
        actor: { kind: 'agent', id: this.story.agent },
        payloads: { arguments: payload('{"address":"203.0.113.9"}', 'personal') },
      },
    )
    return this.decided
  }

  ask(request: string, payloads: EntryDraft['payloads'] = {}): string {
    return this.say(
      'approval.requested',
      {
        request,
        action_digest: this.actionDigest,
        role: 'shift-lead',
        owner: this.story.person,
        strength: 'approve',
        expires: START_MS + 600_000,
        claim: 'none',
      },
      { payloads: { package: payload('{"what":"block"}'), ...payloads } },
    )
  }

  /** A person's yes, signed with their passkey. Returns the grant. */
  grant(
    request: string,
    signature: string | null = this.story.signature(this.actionDigest),
  ): string {
    const grant = this.story.log.nextId()
    this.yes('approval.granted', request, signature, { grant, expires: START_MS + 600_000 })
    return grant
  }

  /** A yes that still waits for somebody else's. */
  coSign(request: string, signature: string): void {
    this.yes('approval.co_signed', request, signature)
  }

  private yes(
    type: 'approval.granted' | 'approval.co_signed',
    request: string,
    signature: string | null,
    more: { readonly [field: string]: FieldValue } = {},
  ): void {
    const { person } = this.story
    this.say(
      type,
      {
        request,
        action_digest: this.actionDigest,
        person,
        role: 'shift-lead',
        ...more,
        ...(signature === null ? {} : { passkey: this.story.passkey }),
      },
      {
        actor: { kind: 'person', id: person },
        payloads: {
          reason: payload('"seen in the logs"', 'personal'),
          ...(signature === null ? {} : { signature: payload(signature) }),
        },
      },
    )
  }

  end(how: 'denied' | 'expired' | 'cancelled', request: string): string {
    const data = { request, action_digest: this.actionDigest }
    const { person } = this.story
    if (how === 'denied')
      return this.say('approval.denied', { ...data, person, role: 'shift-lead' })
    return this.say(`approval.${how}`, { ...data, reason: 'test' })
  }

  lease(cites: readonly string[] = [this.decided]): string {
    this.leaseId = this.story.log.nextId()
    this.leased = this.say(
      'lease.issued',
      {
        lease: this.leaseId,
        kind: 'local',
        tool: this.tool,
        task: this.story.task,
        expires: START_MS + 300_000,
        residual_until: START_MS + 300_000,
      },
      { cites },
    )
    return this.leased
  }

  /** Asks for a credential that somebody else lends. */
  want(
    data: { [field: string]: FieldValue } = {},
    cites: readonly string[] = [this.decided],
  ): string {
    const { lease = this.story.log.nextId(), ...rest } = data
    this.leaseId = String(lease)
    this.wanted = this.say(
      'lease.requested',
      { lease, ...this.borrowed(), ttl_ms: TTL_MS, ...rest },
      { cites, atMs: START_MS },
    )
    return this.wanted
  }

  /** What was lent for it. */
  borrow(
    data: { [field: string]: FieldValue } = {},
    cites: readonly string[] = [this.decided, this.wanted],
  ): string {
    const end = START_MS + TTL_MS
    const { task } = this.story
    this.leased = this.say(
      'lease.issued',
      { lease: this.leaseId, ...this.borrowed(), task, expires: end, residual_until: end, ...data },
      { cites, actor: { kind: 'agent', id: this.story.agent } },
    )
    return this.leased
  }

  private borrowed() {
    return { kind: 'postgres', broker: 'logs', tool: this.tool, scope: digest(`scope ${this.id}`) }
  }

  /** Nobody may use its lease from here on, and then it is taken back. */
  giveBack(type: 'lease.ending' | 'lease.revoked' | 'lease.left'): string {
    const left = type === 'lease.left' ? { residual_until: START_MS } : {}
    return this.say(type, { lease: this.leaseId, reason: 'call_settled', ...left })
  }

  dispatch(
    data: { [field: string]: FieldValue } = {},
    cites: readonly string[] = [this.decided, this.leased],
  ): string {
    this.dispatched = this.say(
      'tool.call.dispatched',
      {
        ...this.named(),
        upstream: 'edge',
        frame: digest('frame'),
        lease: this.leaseId,
        attempt: this.attempt,
        ...data,
      },
      { cites },
    )
    return this.dispatched
  }

  outcome(outcome: string, cites: readonly string[] = [this.dispatched]): string {
    return this.say(
      'tool.call.outcome',
      { ...this.named(), outcome, duration_ms: 12 },
      {
        cites,
        payloads: { result: payload('{"ok":true}') },
      },
    )
  }

  private say(
    type: EventName,
    data: { readonly [field: string]: FieldValue },
    more: Partial<EntryDraft> = {},
  ): string {
    return this.story.say(type, data, { call: this.id, task: this.story.task, ...more })
  }
}
