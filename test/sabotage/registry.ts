/**
 * The sabotages: each takes one rule of the product and makes it agree always. They are wired in by the test
 * harness (preload.ts) and exist nowhere in the product; `npm run sabotage` runs the tests that cite the
 * rows naming one, and they must fail.
 */
import { ACCESS_SABOTAGES } from './access-sabotages.ts'
import { APPROVAL_SABOTAGES } from './approval-sabotages.ts'
import { EFFECT_SABOTAGES } from './effect-sabotages.ts'
import { LENDING_SABOTAGES } from './lending-sabotages.ts'
import { PLAN_SABOTAGES } from './plan-sabotages.ts'
import { POLICY_SABOTAGES } from './policy-sabotages.ts'
import { RECORD_SABOTAGES } from './record-sabotages.ts'
import type { Sabotage } from './sabotage.ts'

export const SABOTAGES: readonly Sabotage[] = [
  ...ACCESS_SABOTAGES,
  ...APPROVAL_SABOTAGES,
  ...EFFECT_SABOTAGES,
  ...LENDING_SABOTAGES,
  ...PLAN_SABOTAGES,
  ...POLICY_SABOTAGES,
  ...RECORD_SABOTAGES,
]
