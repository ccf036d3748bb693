import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildWorld, type Chain, type World } from './chain-world.ts'
import { playChain } from './play-chain.ts'

const SAMPLES = resolve(import.meta.dirname, '../../../shared/data/attacks/b_chains.jsonl')
const OPEN = new Set<string>(
  JSON.parse(readFileSync(resolve(import.meta.dirname, 'open-rows.json'), 'utf8')),
)

/** Chains of our own for each kind, so that the table is never empty. */
const OWN: readonly Chain[] = [
  {
    id: 'own-mutate',
    name: 'approve-then-mutate',
    steps: [
      { tool: 'edr.isolate_host', class: 'write', args: { host_id: 'LAP-9' }, expect: 'approve' },
      { tool: 'edr.isolate_host', class: 'write', args: { host_id: 'LAP-9 ' }, expect: 'deny' },
    ],
  },
  {
    id: 'own-replay',
    name: 'approve-then-replay',
    steps: [
      { tool: 'edr.isolate_host', class: 'write', args: { host_id: 'LAP-10' }, expect: 'approve' },
      { tool: 'edr.isolate_host', class: 'write', args: { host_id: 'LAP-10' }, expect: 'deny' },
    ],
  },
  {
    id: 'own-rollback',
    name: 'rollback-of-other-case',
    steps: [
      {
        tool: 'edr.release_host',
        class: 'rollback',
        args: { host_id: 'LAP-12', case: 'C-2' },
        expect: 'deny',
        why: 'isolation owned by C-1',
      },
      {
        tool: 'edr.release_host',
        class: 'rollback',
        args: { host_id: 'LAP-12', case: 'C-1' },
        expect: 'approve',
      },
    ],
  },
  {
    id: 'own-shop',
    name: 'denied-then-shop-around',
    steps: [
      { tool: 'edr.wipe_host', class: 'write', args: { host_id: 'LAP-11' }, expect: 'deny' },
      {
        tool: 'edr.run_script',
        class: 'write',
        args: { host_id: 'LAP-11', script: 'rm -rf /' },
        expect: 'deny',
      },
    ],
  },
]

const chains: readonly Chain[] = existsSync(SAMPLES)
  ? [
      ...OWN,
      ...readFileSync(SAMPLES, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Chain),
    ]
  : OWN

let world: World
beforeAll(async () => {
  world = await buildWorld(chains)
}, 90_000)
afterAll(() => world?.close())

describe('attack chains end as their rows say', () => {
  const passed: string[] = []
  it.each(chains.map((chain) => [chain.id, chain.name, chain] as const))(
    '%s %s',
    async (id, _name, chain) => {
      const answers = await playChain(world, chain)
      const expected = chain.steps.map((step) => step.expect)
      if (OPEN.has(id))
        expect(answers, `${id} passes now: take it off open-rows.json`).not.toEqual(expected)
      else expect(answers).toEqual(expected)
      if (!OPEN.has(id)) passed.push(id)
    },
    60_000,
  )
})
