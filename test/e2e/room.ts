/**
 * One browser context for all who sign in by a token, one test after the other. A token lives in the memory of its
 * page alone, so nobody meets what another left; what stays is what costs half of a visit: the console's files, and
 * its code compiled.
 */
import { onTestFinished } from 'vitest'
import {
  type Browser,
  type BrowserContext,
  type Look,
  newContext,
  noiseOf,
  type Page,
  sizeOf,
  type Visitor,
  visit,
} from './browser.ts'

export type Room = {
  /** A visitor with a page of their own, gone with the test. */
  readonly enter: (look?: Look) => Promise<Visitor>
}

type Shared = { readonly context: BrowserContext; readonly keeper: Page }

export function openRoom(browser: Browser, baseUrl: string): Room {
  let opened: Promise<Shared> | undefined
  const open = async (): Promise<Shared> => {
    const context = await newContext(browser, baseUrl)
    // A page of the same site that asks for nothing keeps the process while nobody is there.
    const keeper = await context.newPage()
    await keeper.goto('/healthz')
    return { context, keeper }
  }
  const leave = async ({ context, keeper }: Shared, page: Page, hasFailed: boolean) => {
    await page.close()
    await keeper.evaluate('localStorage.clear()')
    if (!hasFailed) return
    // Whatever went wrong in it ends with it.
    opened = undefined
    await context.close()
  }
  return {
    enter: async (look = {}) => {
      // How many pixels a device has and whether it is touched belong to a context.
      if (look.scale !== undefined || look.hasTouch) return visit(browser, baseUrl, look)
      opened ??= open()
      const shared = await opened
      const page = await shared.context.newPage()
      onTestFinished(({ task }) => leave(shared, page, task.result?.state === 'fail'))
      await page.setViewportSize(sizeOf(look))
      await page.emulateMedia({ colorScheme: look.scheme ?? 'light', reducedMotion: 'reduce' })
      return { page, context: shared.context, noise: noiseOf(page) }
    },
  }
}
