/** What the server says now, beside what somebody reviewed. It is the server's text: shown, never believed. */
import { changedLines, TextDiff } from '../ui/text-diff.tsx'

export function DefinitionDiff({
  current,
  reviewed,
}: {
  readonly current: unknown
  readonly reviewed: unknown
}) {
  const now = textOf(current)
  const before = reviewed === undefined ? now : textOf(reviewed)
  return (
    <>
      <h3>{headOf(reviewed === undefined, changedLines(before, now))}</h3>
      <TextDiff label="Definition" before={before} after={now} isWhole />
    </>
  )
}

function headOf(isNew: boolean, changed: number): string {
  if (isNew) return 'What the server says'
  if (changed === 0) return 'What the server says, as it was reviewed'
  return `${changed === 1 ? '1 line differs' : `${changed} lines differ`} from what was reviewed`
}

function textOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}
