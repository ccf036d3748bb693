/** What decides here: the bundle in force, asking it, who answers, the documented limits, and its rules. */
import { useQuery } from '@tanstack/react-query'
import { Problem } from '../api/problem.ts'
import css from '../ui/rows.module.css'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { policyQuery } from './bundle.ts'
import { Explain } from './explain.tsx'
import { Owners } from './owners.tsx'
import { RiskDocument } from './risk-document.tsx'
import { Rules } from './rules.tsx'
import { TableTests } from './table-tests.tsx'
import { Versions } from './versions.tsx'

export function Policies() {
  const policy = useQuery(policyQuery)
  return (
    <div className={css.page}>
      <h1>Policies</h1>
      {policy.isPending && <Loading rows={8} label="Loading the policy" />}
      {policy.isError && isNone(policy.error) && (
        <Nothing icon="policies" title="No policy is in force: everything is denied.">
          <code>countersign policy publish</code> puts one in force.
        </Nothing>
      )}
      {policy.isError && !isNone(policy.error) && (
        <Trouble error={policy.error} onRetry={() => void policy.refetch()} />
      )}
      {policy.data !== undefined && (
        <>
          <Versions policy={policy.data} />
          <Explain policy={policy.data} />
          <div className={css.columns}>
            <Owners policy={policy.data} />
            <RiskDocument policy={policy.data} />
          </div>
          <TableTests key={policy.data.digest} />
          <Rules policy={policy.data} />
        </>
      )}
    </div>
  )
}

function isNone(error: unknown): boolean {
  return error instanceof Problem && error.status === 404
}
