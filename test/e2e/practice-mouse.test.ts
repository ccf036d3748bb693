import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Browser, canBrowse, launchWhole, NEEDS } from './browser.ts'
import { mouse } from './hands.ts'
import { type PracticeStage, startPractice } from './practice-stage.ts'
import { playPracticeCase } from './practice-story.ts'

const SLOW_MS = 300_000

describe.skipIf(!canBrowse)(`the practice case by mouse ${NEEDS}`, () => {
  let stage: PracticeStage
  let browser: Browser
  beforeAll(async () => {
    ;[stage, browser] = await Promise.all([startPractice(), launchWhole()])
  }, SLOW_MS)
  afterAll(() => Promise.all([stage?.end(), browser?.close()]))

  it(
    'goes from the first start to a verified export',
    () => playPracticeCase(browser, stage, mouse),
    SLOW_MS,
  )
})
