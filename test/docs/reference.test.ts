import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generatedPages } from '../../docs/reference/generate.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const pages = generatedPages()

describe('the reference', () => {
  it.each([...pages.keys()])('%s is what the source says; else npm run docs:reference', (path) => {
    expect(readFileSync(resolve(ROOT, path), 'utf8')).toBe(pages.get(path))
  })

  it('names every code, event and key', () => {
    const all = [...pages.values()].join('\n')
    for (const name of ['pending_approval', 'store_behind_witness', 'tool.call.dispatched']) {
      expect(all).toContain(`| \`${name}\` |`)
    }
    expect(all).toMatch(/\| `limits\.request_minutes` \| number above 0 up to 1440 \| `15` \|/)
    expect(all).toMatch(/\| `COUNTERSIGN_DATA` \| /)
  })
})
