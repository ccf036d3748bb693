import { expect, it } from 'vitest'
import type { Timeline } from '../../console/src/api/wire.ts'
import { shareOf } from '../../console/src/cases/share.ts'

type TimelineEntry = Timeline['entries'][number]

let index = 0
function entry(type: string, call: string, effect?: string, kind = 'agent'): TimelineEntry {
  index += 1
  const place = { index, seq: index, leaf_hash: '', id: `e${index}`, at_ms: index, payloads: [] }
  const data = effect === undefined ? {} : { effect }
  return { ...place, type, call, actor: { kind, id: 'a' }, data }
}

const sent = (call: string, effect: string) => [
  entry('tool.call.decided', call, effect),
  entry('tool.call.dispatched', call),
]

it('counts what agents did by what it could have changed', () => {
  const entries = [
    ...sent('one', 'read'),
    ...sent('two', 'annotate'),
    ...sent('three', 'influence'),
    ...sent('four', 'contain'),
    ...sent('five', 'destructive'),
  ]
  expect(shareOf(entries)).toEqual({ assisted: 2, steered: 1, acted: 2 })
})

it('counts nothing that was only decided about, and nothing the gateway did itself', () => {
  const probe = [
    entry('tool.call.decided', 'two', 'read', 'system'),
    entry('tool.call.dispatched', 'two', undefined, 'system'),
  ]
  const held = entry('tool.call.decided', 'one', 'contain')
  expect(shareOf([held, ...probe])).toEqual({ assisted: 0, steered: 0, acted: 0 })
})

it('counts a call by its last decision, and an effect it does not know as an act', () => {
  const changed = [entry('tool.call.decided', 'one', 'read'), ...sent('one', 'identity')]
  expect(shareOf(changed)).toEqual({ assisted: 0, steered: 0, acted: 1 })
  expect(shareOf(sent('one', 'beam'))).toEqual({ assisted: 0, steered: 0, acted: 1 })
})
