import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { run } from '../cli/terminal.ts'

const ROOT = resolve(import.meta.dirname, '../..')

describe('every tool of the catalogue in every risk tier', () => {
  it('is answered by the command line with allow, deny or approval and a deciding policy [R2]', async () => {
    const shipped = readdirSync(join(ROOT, 'catalogue')).flatMap((file) => {
      const text = readFileSync(join(ROOT, 'catalogue', file), 'utf8')
      const { tools } = parse(text) as { tools: readonly { name: string }[] }
      return tools.map(({ name }) => `${file.replace('.yaml', '')}/${name}`)
    })
    const { code, out } = await run({}, 'policy', 'explain', '--matrix', '--json')
    expect(code).toBe(0)
    const { rows } = JSON.parse(out) as {
      rows: readonly {
        subject: { tool?: string }
        tier: string
        decision: { kind: string; policyIds: readonly string[] }
      }[]
    }
    const tiers = new Set(rows.map(({ tier }) => tier))
    expect(tiers.size).toBeGreaterThan(10)
    const pairs = new Map<string, Set<string>>()
    for (const { subject, tier, decision } of rows) {
      expect(['allow', 'deny', 'hold']).toContain(decision.kind)
      expect(decision.policyIds).not.toEqual([])
      const { tool = '' } = subject
      pairs.set(tool, (pairs.get(tool) ?? new Set()).add(tier))
    }
    expect(shipped.length).toBeGreaterThan(20)
    for (const tool of shipped) expect([tool, pairs.get(tool)]).toEqual([tool, tiers])
  })
})
