/** The table tests of the configured directory, run against the bundle in force when somebody asks. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { get } from '../api/client.ts'
import type { TestReport } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Folded, Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Nothing, Trouble } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import type { Tone } from '../ui/tone.ts'

const OUTCOMES: Readonly<
  Record<TestReport['results'][number]['outcome'], readonly [string, Tone]>
> = { allow: ['runs', 'good'], hold: ['waits', 'warn'], deny: ['refused', 'danger'] }

export function TableTests() {
  const run = useMutation({
    mutationFn: () => get<TestReport>('/api/v1/policies/active/tests'),
  })
  return (
    <Panel title="Table tests">
      <div className={`${css.detail} ${css.start}`}>
        <p className={css.soft}>
          What the authors of the policy expect, from the directory this gateway is configured with,
          against the bundle in force.
        </p>
        <Button variant="default" loading={run.isPending} onClick={() => run.mutate()}>
          Run the table tests
        </Button>
        {run.isError && <Trouble error={run.error} onRetry={() => run.mutate()} />}
      </div>
      {run.data !== undefined && <Results report={run.data} />}
    </Panel>
  )
}

function Results({ report: { results, failed, untested } }: { readonly report: TestReport }) {
  const failing = results.filter(({ problems }) => problems.length > 0)
  if (results.length === 0) return <Nothing icon="policies" title="The directory has no tests." />
  return (
    <div className={css.detail} role="status">
      <p>
        <Chip tone={failed === 0 ? 'good' : 'danger'} icon={failed === 0 ? 'good' : 'warn'}>
          {failed === 0 ? `all ${results.length} pass` : `${failed} of ${results.length} fail`}
        </Chip>
      </p>
      {failing.map(({ name, problems }) => (
        <p key={name} className={css.warn}>
          {visible(name)}: {visible(problems.join('; '))}
        </p>
      ))}
      {untested.length > 0 && (
        <p className={css.soft}>No test decides by {untested.map(visible).join(', ')}.</p>
      )}
      <Folded title={`All ${results.length} cases`}>
        <Table
          caption="Cases of the table tests"
          heads={['Case', 'Decided', 'By']}
          rows={results.map(({ name, outcome, policies }, at) => {
            const [word, tone] = OUTCOMES[outcome]
            return {
              key: `${at} ${name}`,
              cells: [
                visible(name),
                <Chip key="outcome" tone={tone}>
                  {word}
                </Chip>,
                policies.map(visible).join(', '),
              ],
            }
          })}
        />
      </Folded>
    </div>
  )
}
