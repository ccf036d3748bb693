import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { canBrowse, NEEDS } from './browser.ts'

const DIST = fileURLToPath(new URL('../../console/dist', import.meta.url))
const KB = 1000

/** The files of a chunk and of everything it imports statically, from the text of the built modules. */
function closure(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found
  found.add(name)
  const source = readFileSync(join(DIST, 'assets', name), 'utf8')
  for (const [, path = ''] of source.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g))
    closure(path, found)
  return found
}

const gzipped = (names: Iterable<string>) =>
  [...names].reduce((sum, name) => sum + statSync(join(DIST, 'assets', `${name}.gz`)).size, 0)

describe.skipIf(!canBrowse)(`sizes ${NEEDS}`, () => {
  it('loads at most 230 kB of script and 25 kB of style first, gzipped, the decision view included', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8')
    const entry = /src="\/assets\/(index-[\w.-]+\.js)"/.exec(html)?.[1] ?? ''
    const styles = [...html.matchAll(/href="\/assets\/([\w.-]+\.css)"/g)].map(
      ([, name = '']) => name,
    )
    const view = readdirSync(join(DIST, 'assets')).filter((name) =>
      /^(ask-first|first-view|no-approval)-.*\.(js|css)$/.test(name),
    )
    const scripts = new Set(
      [entry, ...view.filter((name) => name.endsWith('.js'))].flatMap((name) => [...closure(name)]),
    )
    expect(scripts.size).toBeGreaterThan(3)
    expect(view.length).toBeGreaterThan(3)
    expect(gzipped(scripts)).toBeLessThan(230 * KB)
    expect(gzipped([...styles, ...view.filter((name) => name.endsWith('.css'))])).toBeLessThan(
      25 * KB,
    )
  })

  it('carries no schema library and inlines nothing into the page', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style="/)
    const scripts = readdirSync(join(DIST, 'assets')).filter((name) => name.endsWith('.js'))
    for (const name of scripts)
      expect(readFileSync(join(DIST, 'assets', name), 'utf8')).not.toContain('ZodError')
  })
})
