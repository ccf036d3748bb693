/**
 * Step 2: what. From a name and arguments to an action with an effect and targets, or a refusal. A tool nobody
 * reviewed, or one that changed since, has no action and cannot be called (R44, R46).
 */
import { fingerprintOf } from '../approval/binding.ts'
import { classify, isRefused } from '../catalogue/classify.ts'
import { templateFor } from '../catalogue/resource-template.ts'
import type { ClassifiedCall, Tool } from '../catalogue/tool.ts'
import type { Seen } from '../facts/facts.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import { type Digest, digestOf } from '../kernel/digest.ts'
import { Failure, type Refusal, refusal } from '../kernel/failure.ts'
import { type Ancestor, ancestorsOf, heldBack, seenOf } from './ancestry.ts'
import type { CallIntent } from './intent.ts'
import { mayUse } from './session.ts'
import type { Spine } from './spine.ts'

/** How the ledger names the call, whether or not it could be classified. */
export type CallLabel = {
  readonly tool: string
  readonly definition: Digest
  readonly fingerprint: Digest
}

export type KnownCall = {
  readonly kind: 'known'
  readonly call: ClassifiedCall
  readonly label: CallLabel
  /** The revisions of the grants and reviews this rests on; the dispatch commit compares them again. */
  readonly seen: Seen
  /** Whose authority this task draws on; empty when nobody handed it over. */
  readonly above: readonly Ancestor[]
}

export type What =
  | KnownCall
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly label: CallLabel }

/** Stands for "no definition": the digest of nothing. */
const NO_DEFINITION = digestOf('countersign-tool-v1', new Uint8Array())
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/

export async function whatIs(spine: Spine, intent: CallIntent): Promise<What> {
  const { session, upstream, name } = intent
  const tool = await toolOf(spine, intent)
  const label = labelOf(intent, tool?.exposedName, tool?.definitionDigest ?? NO_DEFINITION)
  const refused = (no: Refusal): What => ({ kind: 'refused', refusal: no, label })
  // Grants first: whoever may not use a tool does not learn whether it exists.
  if (
    !mayUse(session, upstream, name) &&
    !(tool !== undefined && mayUse(session, upstream, tool.name))
  ) {
    return refused(refusal('tool_not_granted', 'the tool is not among the grants of this task'))
  }
  if (tool === undefined) return refused(refusal('tool_unknown', 'no upstream offers this'))
  const above = await ancestorsOf(spine.facts, session)
  const agentKey = `agent/${session.agent.id}`
  try {
    const all = await innerTools(spine, session.tenant, tool.reviewed?.entry.metaTool !== undefined)
    const find = (inner: string, at: string) => all.get(inner) ?? all.get(`${at}/${inner}`)
    const call = classify(tool, intent.arguments, find)
    if (isRefused(call)) return refused(call)
    const inner = call.tool
    if (inner !== tool && !mayUse(session, inner.upstream, inner.name)) {
      return refused(
        refusal('tool_not_granted', 'the inner tool is not among the grants of this task'),
      )
    }
    const held = heldBack(above, spine.clock.nowMs(), [tool, inner])
    if (held !== undefined) return refused(held)
    const tools = { ...seenTool(tool), ...seenTool(inner) }
    const seen = { [agentKey]: session.agent.revision, ...tools, ...seenOf(above) }
    return { kind: 'known', call, label, seen, above }
  } catch (error) {
    if (error instanceof Failure) return refused(refusal(error.code, error.message))
    return refused(refusal('classification_failed', 'the catalogue entry could not be applied'))
  }
}

function seenTool({ upstream, kind, name, revision }: Tool): Seen {
  return { [`tool/${upstream}/${kind}/${name}`]: revision }
}

/** The tool by its name; for the URI of a resource that is not listed, the template it was made from. */
async function toolOf(spine: Spine, intent: CallIntent): Promise<Tool | undefined> {
  const { tenant } = intent.session
  const { upstream, kind, name, found } = intent
  if (found !== undefined && isCalled(found, intent)) return found
  const tool = await spine.tools.byName(tenant, upstream, kind, name)
  if (tool !== undefined || kind !== 'resource') return tool
  return templateFor(await spine.tools.list(tenant), upstream, name)
}

/** What a face hands over stands for nothing but the tool of the name it was asked for. */
function isCalled(found: Tool, { session, upstream, kind, name }: CallIntent): boolean {
  const isOfTenant = found.tenant === session.tenant
  return isOfTenant && found.upstream === upstream && found.kind === kind && found.name === name
}

async function innerTools(spine: Spine, tenant: string, isMeta: boolean) {
  if (!isMeta) return new Map()
  const tools = await spine.tools.list(tenant)
  return new Map(
    tools.flatMap(
      (each) =>
        [
          [each.exposedName, each],
          [`${each.upstream}/${each.name}`, each],
        ] as const,
    ),
  )
}

function labelOf(
  intent: CallIntent,
  exposedName: string | undefined,
  definition: Digest,
): CallLabel {
  const wanted = exposedName ?? `${intent.upstream}__${intent.name}`
  return {
    // A name a stranger chose may say anything; only a plain one enters the ledger, else its digest does.
    tool: LABEL.test(wanted) ? wanted : `unlisted:${nameDigest(wanted)}`,
    definition,
    fingerprint: fingerprintOf(
      intent.session.tenant,
      intent.session.task.id,
      intent.upstream,
      intent.name,
      definition,
      intent.arguments,
    ),
  }
}

function nameDigest(name: string): string {
  return digestOf('countersign-tool-v1', canonicalBytes(name)).slice(
    'sha256:'.length,
    'sha256:'.length + 16,
  )
}
