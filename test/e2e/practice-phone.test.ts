import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Browser, canBrowse, launchWhole, NEEDS } from './browser.ts'
import { thumb } from './hands.ts'
import { type PracticeStage, startPractice } from './practice-stage.ts'
import { playPracticeCase } from './practice-story.ts'

const SLOW_MS = 300_000

describe.skipIf(!canBrowse)(`the practice case with a thumb at 390 px ${NEEDS}`, () => {
  let stage: PracticeStage
  let browser: Browser
  beforeAll(async () => {
    ;[stage, browser] = await Promise.all([startPractice(), launchWhole()])
  }, SLOW_MS)
  afterAll(() => Promise.all([stage?.end(), browser?.close()]))

  it(
    'goes from the first start to a verified export',
    () => playPracticeCase(browser, stage, thumb),
    SLOW_MS,
  )
})
