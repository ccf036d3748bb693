import { describe, expect, it } from 'vitest'
import { approveBlockers, typedValue } from '../../console/src/approvals/blockers.ts'
import { readPackage } from '../../console/src/approvals/package.ts'

const evidence = (id: string, supports: readonly string[] = []) => ({ id, tool: 'look', supports })
const packageOf = (more: object = {}) => {
  const shown = readPackage({
    action: 'delete:device',
    effect: 'destructive',
    reversibility: 'irreversible',
    arguments: { target: 'ws-1', note: 'x' },
    targets: [{ kind: 'device', id: 'ws-1' }],
    evidence: [evidence('e1'), evidence('e2', ['/target'])],
    ...more,
  })
  if (shown === undefined) throw new Error('no package')
  return shown
}
const blockers = (shown = packageOf(), opened: readonly string[] = []) =>
  approveBlockers({ shown, isSound: true, isLive: true, keys: 'held', opened: new Set(opened) })

describe('what cannot be taken back', () => {
  it('is typed as the evidence has it that holds it, and that evidence has to be opened', () => {
    expect(typedValue(packageOf())).toEqual({ value: 'ws-1', evidence: 2 })
    expect(blockers()).toEqual(['Open evidence 2: it holds what you have to type.'])
    expect(blockers(packageOf(), ['e1'])).toHaveLength(1)
    expect(blockers(packageOf(), ['e2'])).toEqual([])
  })

  it('is typed from the question where no recorded result holds it', () => {
    const shown = packageOf({ evidence: [evidence('e1', ['/note'])] })
    expect(typedValue(shown)).toEqual({ value: 'ws-1' })
    expect(blockers(shown)).toEqual(['Open at least one piece of evidence first.'])
    expect(blockers(shown, ['e1'])).toEqual([])
  })
})

describe('what can be taken back', () => {
  it('needs nothing typed, and from contain up one piece of evidence opened where there is any', () => {
    const contain = packageOf({ reversibility: 'reversible', effect: 'contain' })
    expect(typedValue(contain)).toBeUndefined()
    expect(blockers(contain)).toEqual(['Open at least one piece of evidence first.'])
    expect(blockers(contain, ['elsewhere'])).toHaveLength(1)
    expect(blockers(contain, ['e1'])).toEqual([])
    expect(blockers(packageOf({ reversibility: 'reversible', effect: 'write' }))).toEqual([])
    expect(blockers(packageOf({ reversibility: 'reversible', evidence: [] }))).toEqual([])
  })

  it('is held back by a line that is down, a digest that does not fit, and a missing key', () => {
    const shown = packageOf({ reversibility: 'reversible', evidence: [] })
    const all = {
      shown,
      isSound: true,
      isLive: true,
      keys: 'held',
      opened: new Set<string>(),
    } as const
    expect(approveBlockers({ ...all, isLive: false })).toHaveLength(1)
    expect(approveBlockers({ ...all, isSound: false })).toHaveLength(1)
    expect(approveBlockers({ ...all, isSound: undefined })).toHaveLength(1)
    expect(approveBlockers({ ...all, keys: 'none' })).toHaveLength(1)
    expect(approveBlockers({ ...all, keys: 'asking' })).toHaveLength(1)
  })
})
