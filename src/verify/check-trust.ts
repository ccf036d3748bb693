/** Who says so: the reader's own trust policy against the signatures on the checkpoint. */
import { instantText } from '../kernel/clock.ts'
import { verifyNote } from '../ledger/note.ts'
import type { NoteKey } from '../ledger/note-key.ts'
import type { TrustPolicy } from '../ledger/trust-policy.ts'
import { quorumMet } from '../ledger/trust-policy.ts'
import type { SignedTree } from './check-tree.ts'
import type { Check } from './verdict.ts'

/** The checks `trust` and `witnesses`. Without a policy nothing is trusted, however well it fits together. */
export function checkTrust(tree: SignedTree, policy: TrustPolicy | undefined): readonly Check[] {
  if (policy === undefined) {
    return [
      {
        name: 'trust',
        state: 'incomplete',
        text: 'no trust policy was given: the signer is not trusted',
      },
      {
        name: 'witnesses',
        state: 'note',
        text: 'not independently witnessed: without a trust policy no witness is known',
      },
    ]
  }
  return [checkSigner(tree, policy), checkWitnesses(tree, policy)]
}

function checkSigner({ note, checkpoint }: SignedTree, policy: TrustPolicy): Check {
  const verdict = verifyNote(note, policy.logs)
  if (verdict.rejected.length > 0) {
    return {
      name: 'trust',
      state: 'failed',
      text: 'a signature in the name of a trusted log key is wrong',
    }
  }
  const isTrusted = verdict.verified.some(({ key }) => key.name === checkpoint.origin)
  if (isTrusted)
    return {
      name: 'trust',
      state: 'ok',
      text: `the trust policy lists the key of ${checkpoint.origin}`,
    }
  const isKnown = policy.logs.some((key) => key.name === checkpoint.origin)
  const text = isKnown
    ? 'the trust policy lists this log with another key: the signer is not trusted'
    : 'the trust policy does not list this log: the signer is not trusted'
  return { name: 'trust', state: 'incomplete', text }
}

function checkWitnesses({ note }: SignedTree, policy: TrustPolicy): Check {
  const keys = policy.witnesses.flatMap(({ key }) => key ?? [])
  const verdict = verifyNote(note, keys)
  if (verdict.rejected.length > 0) {
    return {
      name: 'witnesses',
      state: 'failed',
      text: `the cosignature of ${nameOf(policy, verdict.rejected)} is wrong`,
    }
  }
  const seen = verdict.verified.map(
    ({ key, timeSeconds = 0 }) => `${nameOf(policy, [key])} at ${timeText(timeSeconds)}`,
  )
  if (
    !quorumMet(
      policy,
      verdict.verified.map(({ key }) => key),
    )
  ) {
    const text = `the quorum ${policy.quorum} is not met: cosigned by ${seen.join(', ') || 'none of the known witnesses'}`
    return { name: 'witnesses', state: 'incomplete', text }
  }
  if (seen.length === 0)
    return {
      name: 'witnesses',
      state: 'note',
      text: 'not independently witnessed: the trust policy asks for none',
    }
  return { name: 'witnesses', state: 'ok', text: `cosigned by ${seen.join(', ')}` }
}

function nameOf(policy: TrustPolicy, keys: readonly NoteKey[]): string {
  const named = policy.witnesses.filter(({ key }) => key !== undefined && keys.includes(key))
  return named.map(({ name }) => name).join(', ')
}

/** Witnesses write seconds since 1970; one far outside the calendar is shown as the number it is. */
function timeText(seconds: number): string {
  const isDate = seconds < 253_402_300_800
  return isDate ? instantText(seconds * 1000) : `second ${seconds}`
}
