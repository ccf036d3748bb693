/**
 * Gateways that must fail: each has one rule of crash safety taken out, by the same means as `npm run sabotage`
 * and only for its own process. If such a gateway passes, the checks are blind.
 */
import type { Sabotage } from '../sabotage/sabotage.ts'
import { writePlan } from '../sabotage/write-plan.ts'
import type { Template } from './installation.ts'
import type { Kill } from './kill-plan.ts'
import { Lane } from './lane.ts'
import type { Violation, ViolationCode } from './violation.ts'

export type Control = {
  readonly sabotage: Sabotage
  readonly kills: readonly Kill[]
  /** At least one of these must be found. */
  readonly expects: readonly ViolationCode[]
}

const at = (label: string, passing: number): Kill => ({
  name: label,
  strike: { phase: 'serve', label, passing },
})

export const CONTROLS: readonly Control[] = [
  {
    sabotage: {
      name: 'recovers-nothing',
      module: 'src/enforcement/recover.ts',
      export: 'recover',
      body: 'return 0',
    },
    kills: [at('act:after', 2), at('commit:begin', 1)],
    expects: ['outcome_missing', 'call_in_flight', 'lease_live'],
  },
  {
    sabotage: {
      name: 'acts-before-commit',
      module: 'src/enforcement/dispatch.ts',
      export: 'commitDispatch',
      body: `const { mintSlot } = await import('../kernel/dispatch-slot.ts')
        const { intent, place, call } = considered
        const early = frameOf(intent, call)
        const digest = digested(early).frameDigest
        const { tenant } = place.session
        const content = { tenant, call: place.callId, upstream: early.upstream, frame: digest }
        const secret = spine.credentials(intent.upstream)
        await spine.exchange(mintSlot(content), early, digest, secret, call.timeoutMs, intent.back)
        return original(spine, considered, request)`,
    },
    kills: [at('commit:before-append', 3), at('commit:before-db-commit', 4)],
    expects: ['acted_without_dispatch'],
  },
  {
    sabotage: {
      name: 'answers-before-outcome',
      module: 'src/enforcement/settle.ts',
      export: 'settle',
      body: `const commit = async (tenant, work) => {
          setTimeout(() => spine.commit(tenant, work).catch(() => {}), 30)
          return { value: undefined, receipts: [], slots: [] }
        }
        return original({ ...spine, commit }, place, call, dispatched, acted, probe)`,
    },
    kills: [at('commit:begin', 6), at('commit:begin', 8), at('commit:begin', 10)],
    expects: ['answer_lost'],
  },
  {
    sabotage: {
      name: 'grants-stay-live',
      module: 'src/store/grant-store.ts',
      export: 'createGrantStore',
      body: 'return { ...original(access), settleGrant: async () => true }',
    },
    kills: [at('decision:after', 2), at('outcome:after', 8)],
    expects: ['grant_state_wrong', 'grant_reused'],
  },
]

export type ControlResult = {
  readonly name: string
  readonly isCaught: boolean
  /** What was found, each code once. */
  readonly codes: readonly string[]
}

/** Kills the sabotaged gateway until what is expected is found, or the kills are used up. */
export async function runControl(template: Template, control: Control): Promise<ControlResult> {
  const { sabotage, kills, expects } = control
  const installation = await template.copy()
  const lane = new Lane(installation, writePlan(sabotage, installation.folder).environment)
  const found: Violation[] = []
  const isCaught = () => found.some(({ code }) => expects.includes(code))
  for (const kill of kills) {
    if (!isCaught()) found.push(...(await lane.kill(kill)).violations)
  }
  if (!isCaught()) found.push(...(await lane.finish()))
  await installation.remove()
  const codes = [...new Set(found.map(({ code }) => code))]
  return { name: sabotage.name, isCaught: isCaught(), codes }
}
