/** axe-core in the page: every rule of WCAG 2.2 A and AA, and its best practices. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from './browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] }

/** Once for a page; it stays while the console goes from view to view. */
export async function readyForAxe(page: Page): Promise<void> {
  await page.evaluate(AXE)
}

/** What is wrong with the page, or a part of it, as it is now; each with the place it was found at. */
export async function findingsOn(
  page: Page,
  place: string,
  part = 'html',
): Promise<readonly string[]> {
  const found = (await page.evaluate(
    `axe.run('${part}', { runOnly: ${JSON.stringify(RULES)}, resultTypes: ['violations'] }).then((r) => r.violations)`,
  )) as Violation[]
  return found.map(({ id, nodes }) => `${place} ${id}: ${nodes[0]?.html.slice(0, 160)}`)
}
