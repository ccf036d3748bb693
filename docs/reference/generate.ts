/**
 * `npm run docs:reference`: writes the reference pages, and the generated block of a guide, from the source. A test
 * fails when they are out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { configPage } from './config-page.ts'
import { agentTable, errorsPage } from './errors-page.ts'
import { eventsPage } from './events-page.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const GUIDE = 'docs/guides/connect-an-agent.md'

/** Path from the root of the repository to what the file has to be. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/events.md', eventsPage()],
    ['docs/reference/config.md', configPage()],
    [GUIDE, withBlock(readFileSync(resolve(ROOT, GUIDE), 'utf8'), 'refusals', agentTable())],
  ])
}

/** The page with the text between `<!-- generated: name -->` and `<!-- end -->` replaced. */
function withBlock(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->\n`
  const from = page.indexOf(begin)
  const to = page.indexOf('<!-- end -->', from)
  if (from < 0 || to < 0) throw new Error(`${GUIDE} has no block "${name}"`)
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`
}

if (import.meta.main) {
  for (const [path, text] of generatedPages()) writeFileSync(resolve(ROOT, path), text)
}
