/**
 * A stdio tool server with a state that can be looked at and changed from outside: hosts that are fenced in, groups
 * of accounts. Its faults are the ones real tools have: it says yes and does nothing, fails, or dies on the way.
 *
 * FENCE_FILE: JSON `FenceState`; read before and written after each call.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { serveTools } from './stdio-tools.ts'

export type FenceState = {
  readonly isolated: readonly string[]
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly calls: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[]
  /** By tool. `noop`: says yes, does nothing. `fail`: says no. `exit`: does it and dies. `isolates`: does that too. */
  readonly faults: Readonly<Record<string, 'noop' | 'fail' | 'exit' | 'isolates'>>
  /** Targets the server says it touched beside the one it was given. */
  readonly also: readonly string[]
}

const file = process.env.FENCE_FILE ?? ''
const text = { type: 'string' } as const
const schemaOf = (properties: Record<string, unknown>, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
})

const TOOLS = [
  ['isolate', { target: text, minutes: { type: 'number' }, request_key: text }, ['target']],
  ['release', { target: text }, ['target']],
  ['status', { target: text }, ['target']],
  ['set_groups', { account: text, groups: { type: 'array', items: text } }, ['account', 'groups']],
  ['groups_of', { account: text }, ['account']],
  ['remark', { target: text }, ['target']],
] as const

const withNames = (list: readonly string[], add: readonly string[], drop: readonly string[]) => [
  ...new Set([...list.filter((name) => !drop.includes(name)), ...add]),
]

function after(state: FenceState, name: string, args: Record<string, unknown>): FenceState {
  const { isolated, groups } = state
  const target = String(args.target)
  const isolates = name === 'isolate' || state.faults[name] === 'isolates'
  if (isolates) return { ...state, isolated: withNames(isolated, [target], []) }
  if (name === 'release') return { ...state, isolated: withNames(isolated, [], [target]) }
  if (name !== 'set_groups') return state
  return { ...state, groups: { ...groups, [String(args.account)]: args.groups as string[] } }
}

function answerOf(state: FenceState, args: Record<string, unknown>): Record<string, unknown> {
  if ('account' in args) {
    const account = String(args.account)
    return { account, groups: state.groups[account] ?? [] }
  }
  const target = String(args.target)
  const isolated = state.isolated.includes(target)
  return { target, isolated, ...(state.also.length === 0 ? {} : { also: state.also }) }
}

serveTools({
  name: 'fence',
  tools: () =>
    TOOLS.map(([name, properties, required]) => ({
      name,
      description: `Does ${name}.`,
      inputSchema: schemaOf(properties, required),
    })),
  call: (name, args = {}) => {
    const before = JSON.parse(readFileSync(file, 'utf8')) as FenceState
    const fault = before.faults[name]
    const state = fault === 'noop' || fault === 'fail' ? before : after(before, name, args)
    const calls = [...before.calls, { name, arguments: args }]
    writeFileSync(file, JSON.stringify({ ...state, calls }))
    if (fault === 'exit') process.exit(1)
    if (fault === 'fail') return { isError: true, content: [{ type: 'text', text: 'it failed' }] }
    return {
      content: [{ type: 'text', text: `${name} done` }],
      structuredContent: answerOf(state, args),
    }
  },
})
