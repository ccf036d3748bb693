/** The closed lists a classification is written in. */

/**
 * Properties beside the effect. `external`: data leaves the tenant. `returns-secret`: the result holds one.
 * `arbitrary-execution`: an argument is a program. `governance-input`: writes what decisions rest on (roster,
 * approvals, tickets). `reduces-visibility`: detections, feeds or exclusions. `externally-visible`: customers
 * or the public see it. `destroys-evidence` / `preserves-evidence`: what happens to volatile evidence;
 * `collects-evidence`, `alters-evidence`: it takes a copy, or changes what is there. `touches-containment`: what is
 * contained may come loose. `regulated-data`: it handles data a law or a contract protects.
 * `checks-impact`: it shows what depends on the target.
 * `starts-agent`: starts another agent. `untrusted-output`: the result is written by strangers (taint).
 */
export const FLAGS = [
  'external',
  'returns-secret',
  'arbitrary-execution',
  'governance-input',
  'reduces-visibility',
  'externally-visible',
  'destroys-evidence',
  'preserves-evidence',
  'collects-evidence',
  'alters-evidence',
  'touches-containment',
  'regulated-data',
  'checks-impact',
  'starts-agent',
  'untrusted-output',
  'user-impacting',
] as const
export type Flag = (typeof FLAGS)[number]

/** OpenC2 Language Specification v2.0 actions, and our own four for triage and closure. */
export const VERBS = [
  'scan',
  'locate',
  'query',
  'deny',
  'contain',
  'allow',
  'start',
  'stop',
  'restart',
  'cancel',
  'set',
  'update',
  'redirect',
  'create',
  'delete',
  'detonate',
  'restore',
  'copy',
  'investigate',
  'remediate',
  'dispose',
  'close',
  'annotate',
  'publish',
] as const
export type Verb = (typeof VERBS)[number]
