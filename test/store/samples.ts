/** Records with every field set to something of its own, so that a swapped column shows. */
import type { ApprovalRequest, Grant } from '../../src/approval/request.ts'
import type { Asset } from '../../src/case/asset.ts'
import type { Case } from '../../src/case/case.ts'
import type { Tool } from '../../src/catalogue/tool.ts'
import type { CallRecord } from '../../src/enforcement/call.ts'
import type { EffectRecord } from '../../src/enforcement/effect-record.ts'
import type { Agent } from '../../src/identity/agent.ts'
import type { Person } from '../../src/identity/person.ts'
import type { Lease } from '../../src/lease/lease.ts'
import type { Task } from '../../src/task/task.ts'
import type { Fresh } from '../harness/stores.ts'
import { START_MS } from '../harness/stores.ts'

type Ids = Pick<Fresh, 'nextId'>

/** A digest that says what it stands for. */
export function digestNamed(letter: string): string {
  return `sha256:${letter.repeat(64)}`
}

export function anAgent({ nextId }: Ids, more: Partial<Agent> = {}): Agent {
  const id = nextId()
  return {
    tenant: 'main',
    id,
    name: `triage-${id.slice(-6)}`,
    subject: `spiffe://example.org/agent/${id}`,
    owner: nextId(),
    mode: 'supervised',
    state: 'active',
    grants: ['firewall/block', 'desk/*'],
    revision: 0,
    ...more,
  }
}

export function aPerson({ nextId }: Ids, more: Partial<Person> = {}): Person {
  return {
    tenant: 'main',
    id: nextId(),
    name: 'Ana Ruiz',
    email: 'ana@example.org',
    roles: ['shift-lead', 'auditor'],
    state: 'active',
    revision: 0,
    ...more,
  }
}

export function aTask({ nextId }: Ids, more: Partial<Task> = {}): Task {
  return {
    tenant: 'main',
    id: nextId(),
    agent: nextId(),
    caseId: nextId(),
    purpose: 'respond',
    scope: ['firewall/block'],
    onBehalfOf: nextId(),
    state: 'open',
    openedAtMs: START_MS,
    expiresAtMs: START_MS + 3_600_000,
    revision: 0,
    ...more,
  }
}

export function aCase({ nextId }: Ids, more: Partial<Case> = {}): Case {
  const id = nextId()
  return {
    tenant: 'main',
    id,
    externalRef: `INC-${id.slice(-6)}`,
    title: 'Brute force from one address',
    state: 'open',
    severity: 2,
    tags: ['lateral-movement'],
    owner: nextId(),
    observedAtMs: START_MS,
    revision: 0,
    ...more,
  }
}

export function anAsset({ nextId }: Ids, more: Partial<Asset> = {}): Asset {
  return {
    tenant: 'main',
    id: nextId(),
    kind: 'device',
    name: 'Web-14',
    criticality: 4,
    environment: 'production',
    isNeverTouch: true,
    labels: ['availability-critical'],
    observedAtMs: START_MS,
    revision: 0,
    ...more,
  }
}

export function aTool(more: Partial<Tool> = {}): Tool {
  const definition = { name: 'block', inputSchema: { type: 'object' } }
  return {
    tenant: 'main',
    upstream: 'firewall',
    kind: 'tool',
    name: 'block',
    exposedName: 'firewall__block',
    definition,
    definitionDigest: digestNamed('1'),
    status: 'approved',
    findings: ['new'],
    reviewed: {
      entry: {
        kind: 'tool',
        worst: {
          effect: 'contain',
          verb: 'deny',
          target: { kind: 'ipv4_net', from: 'args.address' },
          reversibility: 'reversible',
          flags: [],
          resultLabels: [],
          triggers: [],
        },
        discriminators: [],
        confirmations: [],
        timeoutMs: 5_000,
      },
      entryDigest: digestNamed('2'),
      definitionDigest: digestNamed('1'),
      definition,
      by: 'ana',
    },
    revision: 0,
    ...more,
  }
}

export function aRequest({ nextId }: Ids, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    tenant: 'main',
    id: nextId(),
    call: nextId(),
    task: nextId(),
    agent: nextId(),
    caseId: nextId(),
    onBehalfOf: nextId(),
    agentOwner: nextId(),
    tool: 'firewall__block',
    action: 'deny:ipv4_net',
    effect: 'contain',
    isIrreversible: true,
    fingerprint: digestNamed('3'),
    actionDigest: digestNamed('4'),
    requestEntry: nextId(),
    needs: [{ role: 'shift-lead', strength: 'approve', policyIds: ['p1'] }],
    policyIds: ['p1', 'p2'],
    ruleDigest: digestNamed('5'),
    definitionDigest: digestNamed('6'),
    owner: nextId(),
    claim: 'task',
    upgradesPurpose: true,
    state: 'pending',
    createdAtMs: START_MS + 1,
    expiresAtMs: START_MS + 60_000,
    revision: 0,
    ...more,
  }
}

export function aGrant({ nextId }: Ids, more: Partial<Grant> = {}): Grant {
  return {
    tenant: 'main',
    id: nextId(),
    request: nextId(),
    fingerprint: digestNamed('3'),
    actionDigest: digestNamed('4'),
    ruleDigest: digestNamed('5'),
    policyIds: ['p1'],
    people: [nextId()],
    state: 'live',
    grantedAtMs: START_MS + 2,
    expiresAtMs: START_MS + 60_000,
    ...more,
  }
}

export function aLease({ nextId }: Ids, more: Partial<Lease> = {}): Lease {
  return {
    tenant: 'main',
    id: nextId(),
    kind: 'local',
    task: nextId(),
    call: nextId(),
    upstream: 'firewall',
    tool: 'firewall__block',
    state: 'live',
    issuedAtMs: START_MS + 3,
    expiresAtMs: START_MS + 60_000,
    ...more,
  }
}

export function aCall({ nextId }: Ids, more: Partial<CallRecord> = {}): CallRecord {
  return {
    tenant: 'main',
    id: nextId(),
    task: nextId(),
    agent: nextId(),
    caseId: nextId(),
    tool: 'firewall__block',
    upstream: 'firewall',
    action: 'deny:ipv4_net',
    effect: 'contain',
    definitionDigest: digestNamed('7'),
    fingerprint: digestNamed('8'),
    state: 'dispatched',
    lease: nextId(),
    dispatchedEntry: nextId(),
    createdAtMs: START_MS + 4,
    updatedAtMs: START_MS + 5,
    ...more,
  }
}

export function anEffect({ nextId }: Ids, more: Partial<EffectRecord> = {}): EffectRecord {
  return {
    tenant: 'main',
    call: nextId(),
    caseId: nextId(),
    task: nextId(),
    agent: nextId(),
    tool: 'firewall__block',
    action: 'deny:ipv4_net',
    effect: 'contain',
    dispatchedEntry: nextId(),
    hasInverse: true,
    state: 'pending',
    approvers: [nextId()],
    actedAtMs: START_MS + 6,
    endsAtMs: START_MS + 7,
    atEnd: 'revert',
    dueAtMs: START_MS + 8,
    undo: nextId(),
    ...more,
  }
}
