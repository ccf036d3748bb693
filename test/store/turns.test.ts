import { expect, it } from 'vitest'
import { createTurns } from '../../src/store/turns.ts'

it('gives a free turn at once, and lets nobody past who came later', async () => {
  const turns = createTurns()
  const order: string[] = []
  const take = async (name: string) => {
    await turns.enter()
    order.push(name)
  }
  expect(turns.isTaken()).toBe(false)
  expect(turns.enter()).toBeUndefined()
  const waiting = [take('second'), take('third')]
  turns.leave()
  // Between the first one's end and the second one's next step somebody new comes.
  waiting.push(take('fourth'))
  await waiting[0]
  expect(order).toEqual(['second'])
  turns.leave()
  turns.leave()
  await Promise.all(waiting)
  expect(order).toEqual(['second', 'third', 'fourth'])
  expect(turns.isTaken()).toBe(true)
  turns.leave()
  expect(turns.isTaken()).toBe(false)
})
