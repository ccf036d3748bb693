/** The first decision: waited for, given, and taken home. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import type { ApprovalListed } from '../api/wire.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { CopyText } from '../ui/copy-text.tsx'
import { Icon } from '../ui/icon.tsx'
import css from '../ui/rows.module.css'
import own from './start.module.css'
import { Step } from './step.tsx'

const route = getRouteApi('/start')

export function Decide({
  waiting,
  decided,
}: {
  readonly waiting: readonly ApprovalListed[]
  readonly decided: readonly ApprovalListed[]
}) {
  const [first] = waiting
  const [last] = decided
  return (
    <>
      <Step
        title="Decide"
        state={first !== undefined ? 'now' : last === undefined ? 'later' : 'done'}
      >
        {first === undefined ? (
          <NothingWaits hasDecided={last !== undefined} />
        ) : (
          <Waits request={first} />
        )}
      </Step>
      <Step title="Take the record home" state={last === undefined ? 'later' : 'now'}>
        <p>
          Everything above is in the record of the case. Export it there, and let anybody verify it
          without trusting this gateway.
        </p>
        {last !== undefined && <Record request={last} />}
      </Step>
    </>
  )
}

function Waits({ request }: { readonly request: ApprovalListed }) {
  const names = useNames()
  const { root } = route.useSearch()
  return (
    <>
      <p>
        <strong>{visible(names.agent(request.agent))}</strong> wants to {actionText(request.action)}{' '}
        {visible(request.targets.map((each) => each.replace(/^[^/]*\//, '')).join(', '))}. It waits
        for {request.needs.map(({ role }) => plainWords(role)).join(' and ')}.
      </p>
      <Link to="/approvals/$id" params={{ id: request.id }} className={own.go}>
        Open the request <Icon name="next" size={14} />
      </Link>
      {root !== undefined && (
        <>
          <p className={css.soft}>Or as Dana from a terminal, with the practice key in a file:</p>
          <CopyText
            label="Deciding from a terminal"
            text={`${root}/bin/countersign approval approve ${request.id} --as dana`}
          />
        </>
      )}
    </>
  )
}

function NothingWaits({ hasDecided }: { readonly hasDecided: boolean }) {
  const { root, key } = route.useSearch()
  return (
    <>
      <p role="status">
        {hasDecided ? 'Nothing waits any more.' : 'Nothing waits yet.'} A call from containment up
        stops here by itself, and this page shows it.
      </p>
      {root !== undefined && key !== undefined && (
        <>
          <p className={css.soft}>Send the practice agent (again):</p>
          <CopyText
            label="Sending the practice agent"
            text={`${root}/node_modules/node/bin/node ${root}/range/agent.ts --base ${globalThis.location.origin} --key ${key}`}
          />
        </>
      )}
    </>
  )
}

function Record({ request }: { readonly request: ApprovalListed }) {
  const names = useNames()
  return (
    <Link to="/cases/$id" params={{ id: names.caseRef(request.case) }} className={own.go}>
      Open {visible(names.caseRef(request.case))} <Icon name="next" size={14} />
    </Link>
  )
}
