/**
 * The tools of a small SOC, one of each kind that the promises speak of, as a platform engineer would classify
 * them. No shipped policy knows any of their names.
 */
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import type { AnyTool } from '../harness/any-tools.ts'

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    target: { type: 'string' },
    targets: { type: 'array', items: { type: 'string' } },
    text: { type: 'string' },
    confidence: { type: 'number' },
    confirm: { type: 'boolean' },
    fail: { type: 'boolean' },
  },
}

export function tool(name: string, entry?: JsonObject): AnyTool {
  const definition = { inputSchema: SCHEMA }
  return entry === undefined ? { name, definition } : { name, definition, entry }
}

/** Something that acts on the one target an argument names, and that the same tool can take back. */
function acts(
  name: string,
  effect: string,
  verb: string,
  kind: string,
  rest: JsonObject = {},
): AnyTool {
  const inverse = { tool: name, arguments: { target: 'args.target' } }
  const target = { kind, from: 'args.target' }
  return tool(name, { effect, verb, target, reversibility: 'reversible', inverse, ...rest })
}

/** The same for a list of targets. */
function actsOnMany(name: string, effect: string, verb: string, kind: string): AnyTool {
  const inverse = { tool: name, arguments: { targets: 'args.targets' } }
  const target = { kind, from: 'args.targets' }
  return tool(name, { effect, verb, target, reversibility: 'reversible', inverse })
}

/** A read whose result leaves a mark on the task. */
function reads(name: string, rest: JsonObject = {}): AnyTool {
  const target = { kind: 'text', from: 'args.text' }
  return tool(name, { effect: 'read', verb: 'query', target, ...rest })
}

function steers(name: string, verb: string, kind: string, direction: string): AnyTool {
  const target = { kind, from: 'args.target' }
  return tool(name, { effect: 'influence', direction, verb, target, reversibility: 'compensable' })
}

const NO_WAY_BACK: JsonObject = {
  reversibility: 'compensable',
  inverse: undefined as never,
  waiver: { by: 'identity team', reason: 'a session that ended is opened by logging in again' },
}

function withoutUndefined(entry: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(entry)) as JsonObject
}

/** An act repaired by another act, with the waiver that takes. */
function waived(name: string, effect: string, verb: string, kind: string): AnyTool {
  const { entry, ...rest } = acts(name, effect, verb, kind, NO_WAY_BACK)
  return { ...rest, entry: withoutUndefined(entry ?? {}) }
}

/** What protects evidence is a promise of its own, with tools of its own. */
const NO_EVIDENCE_LOST: JsonObject = {
  waiver: { by: 'test', reason: 'hosts of this test hold nothing' },
}

export const SOC_TOOLS: readonly AnyTool[] = [
  reads('look'),
  reads('enrich'),
  reads('read_vault', { resultLabels: ['secret'] }),
  reads('read_logins', { resultLabels: ['identity-telemetry'] }),
  reads('read_other_domain', { resultLabels: ['other-domain'] }),
  reads('read_mail', { flags: ['untrusted-output'] }),
  reads('read_web', { flags: ['untrusted-output'] }),
  reads('look_up_outside', { flags: ['external'] }),
  tool('note', { effect: 'annotate', verb: 'annotate', target: { kind: 'case' } }),
  tool('cluster', { effect: 'annotate', verb: 'update', target: { kind: 'case' } }),
  tool('announce', {
    effect: 'annotate',
    verb: 'publish',
    target: { kind: 'text' },
    flags: ['externally-visible'],
  }),
  tool('collect_memory', {
    effect: 'read',
    verb: 'copy',
    target: { kind: 'device', from: 'args.target' },
    flags: ['collects-evidence'],
  }),
  tool('amend_timeline', {
    effect: 'annotate',
    verb: 'update',
    target: { kind: 'case' },
    flags: ['alters-evidence'],
  }),
  tool('retag', {
    effect: 'annotate',
    verb: 'update',
    target: { kind: 'device', from: 'args.target' },
    flags: ['touches-containment'],
  }),
  tool('copy_records', {
    effect: 'read',
    verb: 'copy',
    target: { kind: 'database', from: 'args.target' },
    flags: ['regulated-data'],
  }),
  tool('set_status', {
    effect: 'annotate',
    verb: 'update',
    target: { kind: 'device', from: 'args.target' },
    triggers: [
      {
        what: 'the status starts a playbook that isolates the device',
        effect: 'contain',
        reversibility: 'reversible',
        flags: ['user-impacting'],
      },
    ],
    waiver: { by: 'test', reason: 'lifted in the console of the playbook' },
  }),
  steers('raise_severity', 'update', 'case', 'raises'),
  steers('lower_severity', 'update', 'case', 'lowers'),
  steers('raise_priority', 'set', 'case', 'raises'),
  steers('assign', 'redirect', 'case', 'raises'),
  steers('start_progress', 'start', 'case', 'raises'),
  steers('tag', 'create', 'case', 'raises'),
  steers('close_case', 'close', 'case', 'lowers'),
  steers('flag_account', 'update', 'account', 'raises'),
  acts('set', 'write', 'set', 'ticket'),
  acts('set_for_good', 'write', 'set', 'ticket', { reversibility: 'irreversible' }),
  acts('restart', 'write', 'restart', 'service', { flags: ['user-impacting'] }),
  acts('set_service', 'write', 'set', 'service'),
  acts('overwrite_log', 'write', 'update', 'log', {
    flags: ['destroys-evidence'],
    evidence: NO_EVIDENCE_LOST,
  }),
  acts('block', 'write', 'deny', 'ipv4_net'),
  waived('rotate_key', 'write', 'update', 'key'),
  waived('close_incident', 'write', 'close', 'incident'),
  acts('isolate', 'contain', 'contain', 'device'),
  actsOnMany('isolate_all', 'contain', 'contain', 'device'),
  actsOnMany('pull_mail', 'contain', 'contain', 'email'),
  actsOnMany('lock_all', 'identity', 'stop', 'account'),
  acts('disable_account', 'identity', 'stop', 'account'),
  acts('reset_password', 'identity', 'set', 'credential'),
  waived('end_session', 'identity', 'cancel', 'session'),
  acts('reroute', 'contain', 'redirect', 'service'),
  tool('wipe', {
    effect: 'destructive',
    verb: 'delete',
    target: { kind: 'device', from: 'args.target' },
    evidence: NO_EVIDENCE_LOST,
  }),
  tool('confirmed_set', {
    effect: 'write',
    verb: 'set',
    target: { kind: 'ticket', from: 'args.target' },
    reversibility: 'time-limited',
    confirmations: [{ argument: 'confirm', value: true }],
  }),
  tool('unreviewed'),
]
