/** Which bundle decides, since when and by whom; those before it; and what it only watches. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Digest } from '../ui/digest.tsx'
import { Folded, Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import { bundlesQuery, type Policy } from './bundle.ts'

export function Versions({ policy }: { readonly policy: Policy }) {
  const { person } = useNames()
  const by = (id: string) =>
    /^[0-9a-f-]{36}$/.test(id) ? person(id) : `the gateway (${plainWords(id)})`
  const bundles = useQuery(bundlesQuery)
  const rules = Object.keys(policy.policies).length
  const floors = Object.keys(policy.floor).length
  return (
    <Panel
      title={`In force: version ${policy.sequence}`}
      note={<Digest value={policy.digest} label="the digest of the bundle" />}
    >
      <p>
        Published <When atMs={policy.published_at_ms} /> by {visible(by(policy.published_by))}.{' '}
        {rules} rules, and {floors} floors no version can drop.{' '}
        <Link to="/changes">Another one</Link> takes two people, once there are two.
      </p>
      <Monitored policy={policy} />
      {bundles.isError && <Trouble error={bundles.error} />}
      <Folded title={`All versions: ${bundles.data?.length ?? '…'}`}>
        <Table
          caption="All versions"
          heads={['Version', 'Code', 'Published', 'By']}
          rows={(bundles.data ?? []).toReversed().map((each) => ({
            key: String(each.sequence),
            cells: [
              each.sequence,
              <Digest key="digest" value={each.digest} label={`the digest of ${each.sequence}`} />,
              <When key="when" atMs={each.published_at_ms} />,
              visible(by(each.published_by)),
            ],
          }))}
        />
      </Folded>
    </Panel>
  )
}

/** What is recorded but let pass is said loudly. */
function Monitored({ policy }: { readonly policy: Policy }) {
  if (policy.monitored.length === 0) return <p className={css.soft}>Every action is enforced.</p>
  return (
    <ul className={css.warn}>
      {policy.monitored.map((each) => (
        <li key={each.action}>
          <strong>{actionText(each.action)}</strong> is only watched until{' '}
          <When atMs={each.expiresAtMs} />: {visible(each.reason)} ({visible(each.owner)})
        </li>
      ))}
    </ul>
  )
}
