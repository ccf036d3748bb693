import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type FencePlane, startFence } from '../harness/fence.ts'

let fence: FencePlane
beforeAll(async () => {
  fence = await startFence()
}, 60_000)
afterAll(() => fence?.plane.close())

it('shows the board, an undo before it is done, and the drill it was', async () => {
  const { plane, done, host, state } = fence
  const dana = { url: plane.gateway.baseUrl, token: plane.dana.token }
  const target = host()
  const call = await done('isolate', { target, minutes: 30 })
  const board = await run(dana, 'containment', 'list')
  expect(board.out).toMatch(
    new RegExp(
      `^TARGET +BY +UNTIL +THEN +CALL\n${target} +fence__isolate .+ holds, pages +${call}`,
    ),
  )
  const ending = call.slice(-8)
  const longer = await run(
    dana,
    'containment',
    'extend',
    ending,
    '--minutes',
    '60',
    '--reason',
    'x',
  )
  expect(longer.out).toMatch(/^It lasts until /)
  const shown = await run(dana, 'call', 'undo', call)
  expect(shown.out).toContain(`fence release {"target":"${target}"}`)
  expect(shown.out).toMatch(/you may +yes, as approver/)
  expect(state().isolated).toEqual([target])
  const alex = { url: plane.gateway.baseUrl, token: plane.alex.token }
  const refused = await run(alex, 'call', 'undo', call, '--reason', 'I want to')
  expect(refused.code).toBe(6)
  expect(refused.err).toContain('the failing test is role')
  const undone = await run(dana, 'call', 'undo', call, '--reason', 'the host is clean')
  expect(undone.out).toMatch(/^Taken back: fence__isolate \(applied_verified\)\. The undo is call /)
  expect(state().isolated).toEqual([])
  const drills = await run(dana, 'tool', 'drills')
  expect(drills.out).toMatch(/fence__isolate +contain +(?!never)\S/)
  expect(drills.out).toMatch(/fence__release +contain +never/)
}, 60_000)
