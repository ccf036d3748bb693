/** The risk thresholds as the document they are: who stands behind them, why, until when, and the numbers. */
import { plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Table } from '../ui/table.tsx'
import type { Policy, Thresholds } from './bundle.ts'

export function RiskDocument({ policy }: { readonly policy: Policy }) {
  const { thresholds, limits } = policy
  return (
    <Panel title="Risk thresholds" note={thresholds && visible(thresholds.version)}>
      {thresholds === undefined ? (
        <p className={css.warn}>This bundle has no thresholds.</p>
      ) : (
        <Document thresholds={thresholds} />
      )}
      <Table
        caption="What a role may release"
        heads={['Role', 'Up to', 'Criticality', 'Targets', 'Where']}
        rows={limits.map((each) => ({
          key: `${each.role} ${each.upTo} ${each.environments?.join() ?? ''}`,
          cells: [
            plainWords(each.role),
            each.upTo,
            `at most ${each.maxCriticality}`,
            `at most ${each.maxTargets.toLocaleString()}`,
            each.environments?.join(', ') ?? 'anywhere',
          ],
        }))}
      />
    </Panel>
  )
}

function Document({ thresholds }: { readonly thresholds: Thresholds }) {
  const { targetLimit, criticalFrom, severeUpTo, reviewBy, chatMayApprove = [] } = thresholds
  const isOld = Date.parse(reviewBy) < Date.now()
  return (
    <>
      <p>{visible(thresholds.rationale)}</p>
      <dl className={css.facts}>
        <dt>Answered for by</dt>
        <dd>{visible(thresholds.owner)}</dd>
        <dt>Since</dt>
        <dd>{visible(thresholds.effectiveFrom)}</dd>
        <dt>Review by</dt>
        <dd className={isOld ? css.warn : undefined}>
          {visible(reviewBy)}
          {isOld && ', which is over'}
        </dd>
        <dt>Critical</dt>
        <dd>a target of criticality {criticalFrom} of 5 or more</dd>
        <dt>Severe</dt>
        <dd>{severeUpTo === 0 ? 'no case' : `a case of severity ${severeUpTo} or worse`}</dd>
        <dt>Two roles above, per call</dt>
        <dd>
          {Object.entries(targetLimit)
            .map(
              ([kind, limit]) => `${kind === 'default' ? 'any kind' : plainWords(kind)} ${limit}`,
            )
            .join(', ')}
        </dd>
        <dt>From a chat</dt>
        <dd>
          {chatMayApprove.length === 0
            ? 'nothing may be approved'
            : chatMayApprove.map(plainWords).join(', ')}
        </dd>
      </dl>
    </>
  )
}
