import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canBrowse, NEEDS } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

type Proof = { leaf_hash: string; path: string[]; checkpoint: string }

describe.skipIf(!canBrowse)(`checking the ledger ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const checked = async (spoil?: (proof: Proof) => void) => {
    const { page } = await world.open(world.net.plane.dana, '/ledger')
    if (spoil !== undefined)
      await page.route('**/api/v1/ledger/prove/*', async (route) => {
        const answer = await route.fetch()
        const proof = await answer.json()
        spoil(proof)
        await route.fulfill({ response: answer, json: proof })
      })
    await page.getByRole('textbox', { name: 'Entry' }).fill('2')
    await page.getByRole('button', { name: 'Check in this browser' }).click()
    const lines = page.getByRole('region', { name: 'Check an entry' }).getByRole('listitem')
    await lines.nth(2).waitFor()
    return (await lines.allInnerTexts()).map((line) => line.startsWith('holds'))
  }

  it(
    'recomputes an entry up to the signed root',
    async () => {
      expect(await checked()).toEqual([true, true, true])
    },
    SLOW_MS,
  )

  it(
    'says what does not hold when the gateway answers with another leaf, path or root',
    async () => {
      const flip = (text: string) => (text.startsWith('0') ? '1' : '0') + text.slice(1)
      const path = (proof: Proof) => {
        proof.path = proof.path.map(flip)
      }
      expect(await checked(path)).toEqual([true, false, true])
      const leaf = (proof: Proof) => {
        proof.leaf_hash = flip(proof.leaf_hash)
      }
      expect(await checked(leaf)).toEqual([false, true, true])
      const root = (proof: Proof) => {
        const [origin, size, , ...rest] = proof.checkpoint.split('\n')
        proof.checkpoint = [origin, size, btoa('x'.repeat(32)), ...rest].join('\n')
      }
      expect(await checked(root)).toEqual([true, false, false])
    },
    SLOW_MS,
  )
})
