/** The verdict for people: one line per check, the findings below it, the verdict last. */
import type { ActionRecord } from './actions.ts'
import type { Check, CheckState, Verdict } from './verdict.ts'

const MARK: Readonly<Record<CheckState, string>> = {
  ok: 'ok  ',
  failed: 'FAIL',
  incomplete: '??  ',
  note: '-   ',
}
/** More findings than this tell a reader nothing new; `--json` has them all. */
const MAX_FINDINGS = 5

/** The text, with its final newline. */
export function reportText(verdict: Verdict): string {
  const lines = verdict.checks.flatMap(checkLines)
  const actions = verdict.actions ?? []
  return [...lines, ...actions.map(actionLine), verdict.summary, ''].join('\n')
}

function checkLines(check: Check): string[] {
  const findings = check.findings ?? []
  const shown = findings.slice(0, MAX_FINDINGS).map(({ code, index, detail }) => {
    const at = index === undefined ? '' : ` at entry ${index}`
    return `       ${code}${at}: ${detail}`
  })
  const rest = findings.length - shown.length
  const more = rest > 0 ? [`       and ${rest} more (see --json)`] : []
  return [`${MARK[check.state]} ${check.name.padEnd(9)} ${check.text}`, ...shown, ...more]
}

function actionLine(action: ActionRecord): string {
  const answers = action.requests
    .flatMap((request) => request.answers)
    .map(({ answer, role, person }) => [answer, role, person].filter(Boolean).join(' '))
  const parts = [action.decisions.at(-1)?.decision, ...answers, action.outcome]
  return `call ${action.call} ${action.tool}: ${parts.join(', ')}`
}
