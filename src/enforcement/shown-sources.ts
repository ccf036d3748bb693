/**
 * Which untrusted sources the person saw when they said yes. Only those are answered for: what the task read
 * after the question was asked taints the next act as before (R45).
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { Facts } from '../facts/facts.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import { openSources } from '../task/task.ts'
import type { Spine } from './spine.ts'

export async function sourcesShown(
  spine: Spine,
  facts: Facts,
  request: ApprovalRequest | undefined,
): Promise<readonly string[]> {
  const open = openSources(facts.exposure)
  if (open.length === 0 || request === undefined) return []
  const stored = await spine.payloads.open(request.tenant, request.requestEntry, 'package')
  const shown = stored.state === 'present' ? parseStrict(stored.bytes) : undefined
  const exposure = isObject(shown) ? shown.exposure : undefined
  const sources = isObject(exposure) ? exposure.untrusted_sources : undefined
  return Array.isArray(sources) ? open.filter((source) => sources.includes(source)) : []
}
