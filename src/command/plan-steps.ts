/**
 * What the steps of a proposed plan are decided as. Each step is classified and decided, with the facts of now, for
 * values that stand for all its bounds let through; the worst of them is what the step is approved as. What really
 * runs is classified and decided again when it runs, so a value nobody thought of is not released by this.
 */
import type { StepShape } from '../approval/plan.ts'
import { isListed, samplesOf, wrong } from '../approval/plan-bound.ts'
import type { ProposedStep } from '../approval/plan-reader.ts'
import { atLeast, EFFECTS, type Tool } from '../catalogue/tool.ts'
import { type Considered, consider } from '../enforcement/considered.ts'
import type { CallIntent } from '../enforcement/intent.ts'
import { mayUse, type TaskSession } from '../enforcement/session.ts'
import { shopsAround } from '../enforcement/shop-around.ts'
import type { Spine } from '../enforcement/spine.ts'
import { whatIs } from '../enforcement/what.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'

/** A step with its tool, and everything it was tried as. */
export type TriedStep = {
  readonly shape: StepShape
  readonly definition: string
  readonly tried: readonly Considered[]
}

/** Beyond this a person could not read the targets either. */
const MAX_SAMPLES = 64

/** The tool a step names, whoever may use it. */
export type FindTool = (tenant: string, exposedName: string) => Promise<Tool | undefined>

/** Throws `plan_invalid`, `tool_unknown`, `tool_not_granted`, or the code the policy denies a step with. */
export async function tryStep(
  spine: Spine,
  findTool: FindTool,
  session: TaskSession,
  step: ProposedStep,
  place: string,
): Promise<TriedStep> {
  const { tenant } = session
  const tool = await findTool(tenant, step.tool)
  if (tool === undefined || !mayUse(session, tool.upstream, tool.name)) {
    throw new Failure('tool_not_granted', `${place}: the tool is not among the grants`)
  }
  const shape: StepShape = {
    ...step,
    tool: tool.exposedName,
    upstream: tool.upstream,
    kind: tool.kind,
    name: tool.name,
  }
  const tried: Considered[] = []
  for (const args of argumentsOf(step, place)) {
    tried.push(await trySample(spine, session, shape, args, place))
  }
  requireNarrow(shape, tried, place)
  return { shape, definition: tool.definitionDigest, tried }
}

async function trySample(
  spine: Spine,
  session: TaskSession,
  { upstream, kind, name }: StepShape,
  args: JsonObject,
  where: string,
): Promise<Considered> {
  const intent: CallIntent = {
    session,
    upstream,
    kind,
    name,
    arguments: args,
    claim: 'none',
    holdMs: 0,
    back: SILENT,
  }
  const what = await whatIs(spine, intent)
  if (what.kind === 'refused') {
    throw new Failure(what.refusal.code, `${where}: ${what.refusal.detail}`)
  }
  const { label } = what
  const nowMs = spine.clock.nowMs()
  const place = {
    session,
    callId: spine.nextId(),
    label,
    upstream,
    arguments: args,
    cameAtMs: nowMs,
    atMs: nowMs,
  }
  const considered = await consider(spine, intent, place, what, { isOpen: false }, 0)
  const { decision } = considered
  if (decision.kind === 'deny' && decision.isEnforced) {
    const code = decision.reason === 'allowed' ? 'forbidden' : decision.reason
    throw new Failure(code, `${where}: ${decision.detail}`)
  }
  const around = decision.kind === 'hold' ? await shopsAround(spine, considered) : undefined
  if (around !== undefined) throw new Failure(around.code, `${where}: ${around.detail}`)
  return considered
}

/** Nobody waits for a call that is only tried. */
const SILENT: CallIntent['back'] = { signal: new AbortController().signal }

/** All combinations of the values that stand for the bounds. */
function argumentsOf(step: ProposedStep, place: string): readonly JsonObject[] {
  const all = Object.entries(step.bounds).reduce<readonly JsonObject[]>(
    (made, [name, bound]) =>
      made.flatMap((args) =>
        samplesOf(bound).map((value: JsonValue) => ({ ...args, [name]: value })),
      ),
    [step.arguments],
  )
  if (all.length > MAX_SAMPLES)
    throw wrong(`${place}.bounds`, `they allow more than ${MAX_SAMPLES} combinations`)
  return all
}

/** A wildcard over what destroys or cannot be taken back approves what nobody has seen (R9). */
function requireNarrow(shape: StepShape, tried: readonly Considered[], place: string): void {
  const isGrave = tried.some(
    ({ call }) => atLeast(call.effect, 'destructive') || call.reversibility === 'irreversible',
  )
  const open = Object.entries(shape.bounds).find(([, bound]) => !isListed(bound))
  if (isGrave && open !== undefined) {
    throw wrong(
      `${place}.bounds`,
      'what cannot be taken back is named value by value, never by a pattern',
    )
  }
}

/** The gravest of all: by effect, then by whether it can be taken back, then by how many people it takes. */
export function worstOf(tried: readonly Considered[]): Considered {
  const rank = ({ call, decision }: Considered) =>
    EFFECTS.indexOf(call.effect) * 100 +
    (call.reversibility === 'irreversible' ? 50 : 0) +
    decision.obligations.length
  const [first, ...rest] = tried
  if (first === undefined) throw new Failure('internal', 'a plan without steps')
  return rest.reduce((worst, each) => (rank(each) > rank(worst) ? each : worst), first)
}
