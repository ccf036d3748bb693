/**
 * Hosts judge a certificate by their own clock, and nobody turns that: what is signed for them is dated by it. What was
 * signed is kept, as a thief would, so that it can be seen whether it still opens anything.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { boundedBroker } from '../../src/adapters/bounded-broker.ts'
import type { BrokerSpec, SshBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { createSshBroker } from '../../src/adapters/broker-ssh.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'

export type TurnedTime = { readonly nowMs: () => number; readonly aheadMs: () => number }

export function isForHosts(spec: BrokerSpec): spec is SshBrokerSpec {
  return spec.kind === 'ssh'
}

/** `folder` takes a file for each certificate, named after its lease. */
export function atHostTime(
  spec: SshBrokerSpec,
  clock: TurnedTime,
  folder: string,
): CredentialBroker {
  const inner = createSshBroker(spec, { clock })
  return boundedBroker({
    ...inner,
    issue: async (request, signal) => {
      const aheadMs = clock.aheadMs()
      const issued = await inner.issue({ ...request, nowMs: request.nowMs - aheadMs }, signal)
      const { certificate = '' } = fieldsOf(issued.material)
      // Under its name at once or not at all: this write too may be the one that a kill cuts short.
      const kept = join(folder, `${request.lease}-cert.pub`)
      writeFileSync(`${kept}.part`, `${certificate}\n`)
      renameSync(`${kept}.part`, kept)
      return {
        ...issued,
        expiresAtMs: issued.expiresAtMs + aheadMs,
        residualUntilMs: issued.residualUntilMs + aheadMs,
      }
    },
  })
}
