/**
 * A few kills on SQLite, so that `npm test` notices when crash safety breaks; `npm run crash` makes more of
 * them, on both engines.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTROLS, runControl } from './controls.ts'
import { makeTemplate, type Template } from './installation.ts'
import type { Kill } from './kill-plan.ts'
import { Lane } from './lane.ts'
import { type Strike, TORN_WRITE } from './victim-plan.ts'

let folder: string
let template: Template

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-kill-'))
  // As for `npm run crash`: every life compiles the same modules.
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled')
  template = await makeTemplate('sqlite', folder, undefined)
}, 60_000)
afterAll(async () => {
  await template?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const at = (phase: Strike['phase'], label: string, passing: number): Kill => ({
  name: `${phase} ${label}`,
  strike: { phase, label, passing },
})

/** Kills one installation again and again; what was found, and which points were not reached. */
async function killed(kills: readonly Kill[], isBlank = false) {
  const installation = await (isBlank ? template.blank() : template.copy())
  const lane = new Lane(installation)
  const found: unknown[] = []
  for (const kill of kills) {
    const { hit, violations } = await lane.kill(kill)
    found.push(...violations, ...(hit ? [] : [`${kill.name} was not reached`]))
  }
  found.push(...(await lane.finish()))
  await installation.remove()
  return found
}

describe('a gateway killed by SIGKILL', () => {
  it('before or after the commit of a dispatch acts only on what is durable, and at most once', async () => {
    const kills = [
      at('serve', 'commit:before-db-commit', 4),
      at('serve', 'commit:after-db-commit', 7),
      at('serve', 'dispatch:after', 3),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it('with calls in flight settles each once when it starts again, even killed while it does, and revokes their leases [R17]', async () => {
    const kills = [
      at('serve', 'act:after', 2),
      at('start', 'recover:settled', 1),
      at('serve', 'probe:acted', 2),
      at('start', TORN_WRITE, 1),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it('keeps the question it asked and the decision it heard, and runs an approved call at most once', async () => {
    const kills = [
      at('serve', 'request:after', 1),
      at('serve', 'decision:after', 1),
      at('serve', 'outcome:after', 7),
    ]
    expect(await killed(kills)).toEqual([])
  }, 90_000)

  it.each([
    ['a key', at('start', TORN_WRITE, 2)],
    ['its witness', at('start', TORN_WRITE, 5)],
  ])(
    'while its very first start writes %s starts again',
    async (_, kill) => {
      expect(await killed([kill], true)).toEqual([])
    },
    60_000,
  )
})

describe('the checks behind these tests', () => {
  it.each(CONTROLS.map((control) => [control.sabotage.name, control] as const))(
    'find fault with a gateway that %s',
    async (_, control) => {
      expect(await runControl(template, control)).toMatchObject({ isCaught: true })
    },
    90_000,
  )
})
