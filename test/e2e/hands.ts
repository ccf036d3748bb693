/**
 * How a person works the console: with a mouse, with the keyboard alone, or with a thumb on a phone. One story is
 * told once and played with each, so what one of them cannot reach fails there.
 */
import type { Locator, Look, Page } from './browser.ts'

export type Hands = {
  readonly name: string
  readonly look: Look
  /** Presses a button, follows a link, ticks a box, unfolds what is folded. */
  readonly press: (page: Page, what: Locator) => Promise<void>
  readonly write: (page: Page, where: Locator, text: string) => Promise<void>
  /** Goes to a place of the console by the way it offers on this screen. */
  readonly go: (page: Page, place: string) => Promise<void>
}

const places = (page: Page) => page.getByRole('navigation', { name: 'Places' }).first()

export const mouse: Hands = {
  name: 'by mouse',
  look: {},
  press: (_page, what) => what.click(),
  write: async (page, where, text) => {
    await where.click()
    await page.keyboard.type(text)
  },
  go: (page, place) => mouse.press(page, places(page).getByRole('link', { name: place })),
}

export const thumb: Hands = {
  name: 'with a thumb at 390 px',
  look: { width: 390, height: 844, hasTouch: true },
  press: (_page, what) => what.tap(),
  write: async (page, where, text) => {
    await where.tap()
    await page.keyboard.type(text)
  },
  go: async (page, place) => {
    const tabs = page.getByRole('navigation', { name: 'Places' }).filter({ visible: true })
    const tab = tabs.getByRole('link', { name: place })
    if ((await tab.count()) > 0) return tab.tap()
    await tabs.getByRole('button', { name: 'More' }).tap()
    await page.getByRole('menuitem', { name: place }).tap()
  },
}

export const keyboard: Hands = {
  name: 'by keyboard alone',
  look: {},
  press: async (page, what) => {
    await reach(page, what)
    const isBox = (await what.getAttribute('type')) === 'checkbox'
    await page.keyboard.press(isBox ? 'Space' : 'Enter')
  },
  write: async (page, where, text) => {
    await reach(page, where)
    await page.keyboard.type(text)
  },
  go: (page, place) => keyboard.press(page, places(page).getByRole('link', { name: place })),
}

/** More than the focusable things of any view of the practice case. */
const MOST_TABS = 250

/** Tabs until it has the focus; what no Tab reaches, or what is covered when it is reached, fails. */
async function reach(page: Page, what: Locator): Promise<void> {
  await what.waitFor()
  const passed: string[] = []
  for (let at = await focusOf(what); !at.isHere; at = await focusOf(what)) {
    passed.push(at.name)
    if (passed.length > MOST_TABS)
      throw new Error(`no Tab reaches ${what}, past:\n${passed.join('\n')}`)
    await page.keyboard.press('Tab')
  }
  const isSeen = await what.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    const top = element.ownerDocument.elementFromPoint(x + width / 2, y + Math.min(height / 2, 20))
    return top !== null && (element.contains(top) || top.contains(element))
  })
  if (!isSeen) throw new Error(`${what} has the focus and is covered (WCAG 2.4.11)`)
}

function focusOf(what: Locator): Promise<{ readonly isHere: boolean; readonly name: string }> {
  return what.evaluate((element) => {
    const focus = element.ownerDocument.activeElement
    const said = focus?.getAttribute('aria-label') ?? focus?.textContent ?? ''
    return { isHere: focus === element, name: `${focus?.tagName} ${said.slice(0, 60)}` }
  })
}
