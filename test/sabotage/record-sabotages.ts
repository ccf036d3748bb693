/** Sabotages of the record: a verifier that is always content, a secret that stays where it was. */
import type { Sabotage } from './sabotage.ts'

export const RECORD_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'verifier-always-verified',
    module: 'src/verify/verdict.ts',
    export: 'conclude',
    body: "return { exitCode: EXIT.verified, summary: 'verified', checks }",
  },
  {
    name: 'credentials-repeated',
    module: 'src/kernel/without-secrets.ts',
    export: 'withoutSecrets',
    body: 'return { value, redactions: 0 }',
  },
]
