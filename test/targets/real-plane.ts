/** A plane in front of one real target, and the way an agent and a person act on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { UpstreamConfig } from '../../src/config.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { reviewAll } from '../harness/any-tools.ts'
import { decide, rest } from '../harness/people.ts'
import { addAsset, type Plane, type PlaneOptions, startPlane, taskToken } from '../harness/plane.ts'

export type RealPlane = {
  readonly plane: Plane
  /** Asks, has Dana approve, and runs it. Gives the id of the call; it must be seen applied. */
  readonly done: (tool: string, args: JsonObject) => Promise<string>
  /** Dana takes it back; it must be seen lifted. */
  readonly undone: (call: string) => Promise<void>
}

export async function startReal(
  config: UpstreamConfig,
  entries: Readonly<Record<string, JsonObject>>,
  assets: readonly (readonly [kind: string, name: string])[],
  options: Pick<PlaneOptions, 'config' | 'brokers' | 'at'> = {},
): Promise<RealPlane> {
  const plane = await startPlane({ ...options, upstreams: [config] })
  const tools = Object.entries(entries).map(([name, entry]) => ({ name, entry }))
  await reviewAll(plane, { config, tools })
  for (const [kind, name] of assets) await addAsset(plane.gateway, kind, name)
  const { calls } = plane.gateway.parts.store
  return {
    plane,
    done: async (tool, args) => {
      const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
      const name = `${config.id}__${tool}`
      const held = saidBy(await agent.call(name, args))
      await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
      expect(saidBy(await agent.call(name, args))).toBeUndefined()
      await agent.close()
      const id = held?.call_id ?? ''
      expect(await calls.byId('main', id)).toMatchObject({ outcome: 'applied_verified' })
      return id
    },
    undone: async (call) => {
      const path = `/api/v1/calls/${call}/undo`
      const shown = await rest(plane, plane.dana, 'GET', path)
      const order = { seen_digest: shown.body.digest, reason: 'it is clean' }
      const answer = await rest(plane, plane.dana, 'POST', path, order)
      expect(answer.body).toMatchObject({ kind: 'lifted', outcome: 'applied_verified' })
    },
  }
}

/** Whether every program is there; the same places .ci/run looks in. */
export function hasPrograms(...names: readonly string[]): boolean {
  const folders = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':')
  return names.every((name) => folders.some((folder) => existsSync(join(folder, name))))
}
