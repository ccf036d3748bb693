/**
 * Where the practice range lies on the machine it runs on, as its start printed it: what stands here ends up in commands
 * somebody copies, so it is a path of plain characters or nothing.
 */

export type StartSearch = {
  /** The folder of Countersign there. */
  readonly root?: string | undefined
  /** The file with the key of the practice agent. */
  readonly key?: string | undefined
}

const PATH = /^[\w./-]{1,300}$/

export function readStartSearch({ root, key }: Readonly<Record<string, unknown>>): StartSearch {
  return { root: pathIn(root), key: pathIn(key) }
}

function pathIn(value: unknown): string | undefined {
  return typeof value === 'string' && PATH.test(value) ? value : undefined
}
