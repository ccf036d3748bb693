/** Connecting an agent: its key, a client, and seeing it come. */
import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import type { Agent, Case, Task } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { CopyText } from '../ui/copy-text.tsx'
import { Folded } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { When } from '../ui/when.tsx'
import { type Client, curlConfig, httpConfig, programConfig } from './client-configs.ts'
import own from './start.module.css'
import { Step } from './step.tsx'

const route = getRouteApi('/start')
const TEXTS = { program: programConfig, http: httpConfig, curl: curlConfig } as const
const NOTES: Readonly<Record<Client, string>> = {
  program:
    'For clients that start a program (Claude Desktop and others), into the file of their servers.',
  http: 'For clients that speak HTTP (Claude Code and others). Whoever reaches the port acts as the agent.',
  curl: 'One token, one call: the same enforcement without the handshake of MCP.',
}

type Props = {
  readonly agents: readonly Agent[]
  readonly cases: readonly Case[]
  readonly tasks: readonly Task[]
}

export function Connect(props: Props) {
  const { agents, tasks } = props
  const active = agents.filter(({ state }) => state === 'active')
  return (
    <Step title="Connect an agent" state={tasks.length > 0 ? 'done' : 'now'}>
      {active.length === 0 && <NoAgent />}
      {active.length > 0 && tasks.length === 0 && (
        <p role="status">Nobody is connected. This page shows it the moment an agent comes.</p>
      )}
      <Connected tasks={tasks} />
      {active.length > 0 && (
        <Folded title={tasks.length > 0 ? 'Connect another client' : 'How to connect a client'}>
          <Clients {...props} agents={active} />
        </Folded>
      )}
    </Step>
  )
}

function NoAgent() {
  return (
    <>
      <p>No agent may work yet. On the machine where it runs:</p>
      <CopyText label="Registering an agent" text={REGISTER} />
    </>
  )
}

const REGISTER = `countersign agent key new agent.jwk
countersign agent register --name triage --subject spiffe://example.org/agent/triage \\
  --owner you@example.org --mode supervised --grant "*" --key agent.jwk.pub
countersign agent activate triage`

function Connected({ tasks }: { readonly tasks: readonly Task[] }) {
  const names = useNames()
  return (
    <ul aria-live="polite">
      {tasks.slice(0, 5).map((task) => (
        <li key={task.id}>
          <strong>{visible(names.agent(task.agent))}</strong> is connected: it works on{' '}
          {visible(names.caseRef(task.case))} to {task.purpose} since{' '}
          <When atMs={task.opened_at_ms} />.
        </li>
      ))}
    </ul>
  )
}

function Clients({ agents, cases }: Props) {
  const { root, key } = route.useSearch()
  const [client, setClient] = useState<Client>('program')
  const [subject, setSubject] = useState(agents[0]?.subject ?? '')
  const open = cases.filter(({ state }) => state === 'open')
  const [caseRef, setCaseRef] = useState(open[0]?.external_ref ?? '')
  const [keyFile, setKeyFile] = useState(key ?? 'agent/agent.jwk')
  const folder = root === undefined ? 'agent' : `${root}/docs/guides/agent`
  const node = root === undefined ? 'node' : `${root}/node_modules/node/bin/node`
  const base = globalThis.location.origin
  const connection = { base, subject, caseRef, keyFile, scripts: folder, node }
  return (
    <div className={css.detail}>
      <div className={own.fields}>
        <NativeSelect
          label="Agent"
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
          data={agents.map((each) => ({ value: each.subject, label: visible(each.name) }))}
        />
        <NativeSelect
          label="Case it works on"
          value={caseRef}
          onChange={(event) => setCaseRef(event.currentTarget.value)}
          data={open.map((each) => ({
            value: each.external_ref,
            label: visible(each.external_ref),
          }))}
        />
        <TextInput
          label="File with its private key"
          value={keyFile}
          onChange={(event) => setKeyFile(event.currentTarget.value)}
        />
      </div>
      {open.length === 0 && <p className={css.warn}>No case is open, so no agent may work.</p>}
      <SegmentedControl
        aria-label="Kind of client"
        data={[
          { value: 'program', label: 'Starts a program' },
          { value: 'http', label: 'Speaks HTTP' },
          { value: 'curl', label: 'curl' },
        ]}
        value={client}
        onChange={(value) => setClient(value as Client)}
      />
      <p className={css.soft}>{NOTES[client]}</p>
      <CopyText label="Configuration" text={TEXTS[client](connection)} />
    </div>
  )
}
