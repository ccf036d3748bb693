/**
 * The practice case by mouse, with a picture of every main view on the way. `npm run screenshots` keeps the pictures in
 * docs/screenshots.
 */
import { mkdirSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, canBrowse, type Look, launchWhole, NEEDS, type Page } from './browser.ts'
import { mouse } from './hands.ts'
import { type PracticeStage, startPractice } from './practice-stage.ts'
import { decide, enter, followTheDecision } from './practice-story.ts'

const SLOW_MS = 300_000
const FOLDER =
  process.env.COUNTERSIGN_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'countersign-screenshots-'))
const DARK: Look = { scheme: 'dark' }
const PHONE: Look = { width: 390, height: 844, hasTouch: true }
/** Less is a blank page. Bytes. */
const NOT_BLANK = 15_000

describe.skipIf(!canBrowse)(`the practice case by mouse ${NEEDS}`, () => {
  let stage: PracticeStage
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    ;[stage, browser] = await Promise.all([startPractice(), launchWhole()])
  }, SLOW_MS)
  afterAll(() => Promise.all([stage?.end(), browser?.close()]))

  const taken: string[] = []
  const take = async (page: Page, name: string) => {
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    // What is still coming has a name; a picture is of what has come.
    await expect.poll(() => page.getByRole('status', { name: /Loading/ }).count()).toBe(0)
    const path = join(FOLDER, `${name}.png`)
    await page.screenshot({ path, animations: 'disabled' })
    expect([name, statSync(path).size > NOT_BLANK]).toEqual([name, true])
    taken.push(name)
  }
  const places = async (page: Page, all: readonly (readonly [place: string, name: string])[]) => {
    for (const [place, name] of all) {
      await mouse.go(page, place)
      await page.getByRole('heading', { level: 1, name: place }).waitFor()
      await take(page, name)
    }
  }

  it(
    'goes from the first start to a verified export, and every main view on the way makes a picture',
    async () => {
      for (const [look, name] of [
        [DARK, 'decision-dark'],
        [PHONE, 'decision-phone'],
      ] as const) {
        const { page, context } = await enter(browser, stage, { ...mouse, look })
        await page
          .getByRole('link', { name: /block address/ })
          .first()
          .click()
        await page.getByText('computed here from what you see').waitFor()
        await take(page, name)
        await context.close()
      }
      const visitor = await enter(browser, stage, mouse)
      const { page } = visitor
      await take(page, 'board')
      await mouse.go(page, 'Approvals')
      await page.getByRole('list', { name: 'Requests' }).getByRole('link').first().click()
      await page.getByText('computed here from what you see').waitFor()
      await take(page, 'decision')
      const target = await decide(page, mouse)
      await stage.reads(/the block is real/)
      await page.reload()
      await page.getByRole('region', { name: 'What happened so far' }).scrollIntoViewIfNeeded()
      await take(page, 'decided')
      await mouse.go(page, 'Cases')
      await page.getByRole('link', { name: /INC-482/ }).click()
      await page.getByRole('region', { name: 'Timeline' }).waitFor()
      await take(page, 'case')
      await places(page, [
        ['Agents', 'agents'],
        ['Tools', 'tools'],
        ['People', 'people'],
        ['Policies', 'policies'],
        ['Ledger', 'ledger'],
      ])
      expect(new Set(taken).size).toBe(11)
      await followTheDecision(visitor, stage, mouse, target)
    },
    SLOW_MS,
  )
})
