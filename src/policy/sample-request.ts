/**
 * A request in which nothing speaks against the call: an active supervised agent, an open task to respond,
 * an open case of middling severity, one known, unremarkable target, fresh facts, nothing read yet. Canaries,
 * table tests and the explain matrix start from it and change what they are about.
 */
import type { PolicyRequest } from './request.ts'

export const SAMPLE_REQUEST: PolicyRequest = {
  tenant: 'main',
  agent: { id: 'sample-agent', mode: 'supervised', state: 'active', owner: 'sample-owner' },
  task: { id: 'sample-task', purpose: 'respond', isOpen: true, onBehalfOf: 'sample-analyst' },
  incident: { id: 'sample-case', isOpen: true, severity: 3, tags: [], ageMs: 1_000 },
  call: {
    action: 'query:case',
    effect: 'read',
    direction: 'none',
    tool: 'sample__tool',
    upstream: 'sample',
    reversibility: 'reversible',
    hasInverse: true,
    flags: [],
    targetCount: 1,
  },
  target: {
    kind: 'case',
    id: 'sample-target',
    criticality: 2,
    environment: 'production',
    isKnown: true,
    isNeverTouch: false,
    labels: [],
  },
  exposure: { labels: [], untrustedSources: [] },
  stale: [],
  // 2026-01-01T12:00:00Z, a Thursday noon.
  nowMs: 1_767_268_800_000,
}
