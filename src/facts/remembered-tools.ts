/**
 * The tools of a tenant as one remembered list: every call looks its tool up by name, and definitions are long.
 * One revision, `tools`, stands for all of them; it is read on every call (memory.ts).
 */
import { routeNames } from '../catalogue/expose-name.ts'
import type { ToolStore } from '../catalogue/ports.ts'
import type { Tool, ToolKind } from '../catalogue/tool.ts'
import { createRecall } from './memory.ts'
import type { RevisionStore } from './ports.ts'

export type RememberedTools = Pick<ToolStore, 'byName' | 'list'> & {
  /** The tool that answers to an exposed name; undefined for none or more than one. */
  readonly byExposedName: (tenant: string, name: string) => Promise<Tool | undefined>
}

type Lists = {
  readonly all: readonly Tool[]
  readonly byName: ReadonlyMap<string, Tool>
  readonly byExposedName: ReadonlyMap<string, Tool>
}

const KEY = 'tools'

export function rememberTools(
  tools: Pick<ToolStore, 'list'>,
  revisions: Pick<RevisionStore, 'read'>,
): RememberedTools {
  const recall = createRecall<Lists>()
  const lists = async (tenant: string): Promise<Lists> => {
    const { [KEY]: revision = 0 } = await revisions.read(tenant, [KEY])
    return recall(tenant, KEY, revision, async () => listsOf(await tools.list(tenant)))
  }
  return {
    list: async (tenant) => (await lists(tenant)).all,
    byName: async (tenant, upstream, kind, name) =>
      (await lists(tenant)).byName.get(nameOf(upstream, kind, name)),
    byExposedName: async (tenant, name) => (await lists(tenant)).byExposedName.get(name),
  }
}

function listsOf(all: readonly Tool[]): Lists {
  const { byExposedName } = routeNames(all.filter(({ kind }) => kind === 'tool'))
  const byName = new Map(
    all.map((tool) => [nameOf(tool.upstream, tool.kind, tool.name), tool] as const),
  )
  return { all, byName, byExposedName }
}

/** Upstream ids and kinds hold no slash, so no two tools share a name. */
function nameOf(upstream: string, kind: ToolKind, name: string): string {
  return `${upstream}/${kind}/${name}`
}
