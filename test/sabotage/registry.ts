/**
 * The sabotages: each takes one rule of the product and makes it agree always. They are wired in by the test
 * harness (preload.ts) and exist nowhere in the product; `npm run sabotage` runs the tests that cite the
 * rows naming one, and they must fail.
 */
import { POLICY_SABOTAGES } from './policy-sabotages.ts'
import type { Sabotage } from './sabotage.ts'

const CODE_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'slot-opens-for-anything',
    module: 'src/kernel/dispatch-slot.ts',
    export: 'openSlot',
    body: "return minted.get(offered) ?? { tenant: '', call: '', upstream, frame }",
  },
  {
    name: 'verifier-always-verified',
    module: 'src/verify/verdict.ts',
    export: 'conclude',
    body: "return { exitCode: EXIT.verified, summary: 'verified', checks }",
  },
]

export const SABOTAGES: readonly Sabotage[] = [...CODE_SABOTAGES, ...POLICY_SABOTAGES]
