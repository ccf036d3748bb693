import { describe, expect, it } from 'vitest'
import { searchEvidence } from '../../src/command/search-evidence.ts'
import { shownText } from '../../src/disclosure/shown.ts'
import type { Evidence } from '../../src/evidence/evidence.ts'
import type { PayloadState } from '../../src/ledger/ports.ts'

const ERASED: PayloadState = { state: 'erased' }

function recorded(text: string, dataClass = 'operational'): PayloadState {
  const bytes = new TextEncoder().encode(text)
  return { state: 'present', salt: new Uint8Array(), bytes, mediaType: 'text/plain', dataClass }
}

/** A case with these results, the oldest first. */
function caseOf(...results: readonly PayloadState[]) {
  const all: readonly Evidence[] = results.map((_, at) => ({
    tenant: 'main',
    id: `e${at}`,
    caseId: 'c',
    task: 't',
    call: `call-${at}`,
    tool: 'logs__query',
    digest: 'sha256:00',
    outcomeEntry: String(at),
    labels: [],
    atMs: at,
  }))
  const opened: string[] = []
  const open = async (_tenant: string, entry: string) => {
    opened.push(entry)
    return results[Number(entry)] ?? ERASED
  }
  const search = async (words: string) =>
    searchEvidence(
      { evidence: { listOfCase: async () => all }, payloads: { open } },
      'main',
      'c',
      words,
    )
  return { search, opened }
}

describe('the evidence of a case', () => {
  it('is found by words that all occur, in any case, the newest first', async () => {
    const { search } = caseOf(
      recorded('Failed login of bob'),
      recorded('bob: login FAILED'),
      recorded('bob'),
    )
    const { found } = await search('failed  BOB')
    expect(found.map(({ id }) => id)).toEqual(['e1', 'e0'])
    expect(found[0]?.excerpt).toBe('bob: login FAILED')
  })

  it('is not found by what is kept from screens, nor by what was erased', async () => {
    const { search } = caseOf(
      recorded('password hunter2', 'secret'),
      recorded('hunter2', 'special'),
      ERASED,
    )
    expect((await search('hunter2')).found).toEqual([])
    const byTool = await search('logs__query')
    expect(byTool.found.map(({ excerpt }) => excerpt)).toEqual([undefined, undefined, undefined])
  })

  it('is not found beyond what a screen shows of one result, and says how much was looked at', async () => {
    const long = `${'x'.repeat(64 * 1024)}needle`
    expect(shownText({ bytes: new TextEncoder().encode(long), dataClass: 'personal' })?.isCut).toBe(
      true,
    )
    const many = caseOf(recorded('needle'), ...Array.from({ length: 500 }, () => recorded(long)))
    expect(await many.search('needle')).toEqual({ found: [], total: 501, searched: 500 })
    expect(many.opened).not.toContain('0')
  })

  it('is all there when no word was given, and nothing is opened for it', async () => {
    const { search, opened } = caseOf(recorded('one'), recorded('two'))
    expect((await search(' ')).found.map(({ id }) => id)).toEqual(['e1', 'e0'])
    expect(opened).toEqual([])
  })
})
