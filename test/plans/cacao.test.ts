import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proposalFromCacao } from '../../src/approval/cacao.ts'
import { readProposal } from '../../src/approval/plan-reader.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { action, playbookOf } from './playbooks.ts'

const NOW_MS = Date.parse('2026-11-28T04:00:00Z')
const read = (playbook: JsonObject) => readProposal(proposalFromCacao(playbook, NOW_MS))
const BLOCK = action('soar__block', { target: '203.0.113.7' })
const ISOLATE = action('soar__isolate', { target: 'ws-1' })

describe('a CACAO 2.0 playbook that is one chain', () => {
  it('is a plan: its actions in order, constants in the place of variables, its end as deadline', () => {
    const block = action('soar__block', { target: '__scanner__:value', ttl: '__hours__:value' })
    const playbook = playbookOf([block, ISOLATE], {
      name: 'Scanner containment',
      valid_until: '2026-11-28T05:00:00Z',
      playbook_variables: {
        __scanner__: { type: 'ipv4-addr', value: '203.0.113.7', constant: true },
        __hours__: { type: 'integer', value: '4', constant: true },
      },
    })
    const { steps, claim, deadlineSeconds } = read(playbook)
    expect(steps.map(({ tool, arguments: args }) => [tool, args])).toEqual([
      ['soar__block', { target: '203.0.113.7', ttl: 4 }],
      ['soar__isolate', { target: 'ws-1' }],
    ])
    expect(claim).toContain('Scanner containment')
    expect(deadlineSeconds).toBe(3600)
  })

  it('keeps bounds, repetition and compensation of its extension', () => {
    const bounds = { target: { kind: 'cidr', net: '203.0.113.0/28' } }
    const compensation = { tool: 'soar__unblock', arguments: { target: '203.0.113.7' } }
    const { steps } = read(
      playbookOf([action('soar__block', {}, { bounds, times: 2, compensation })]),
    )
    expect(steps).toMatchObject([{ bounds, times: 2, compensation }])
  })
})

const withStep = (change: object): JsonObject => playbookOf([{ ...BLOCK, ...change }])
const command = (type: string) => withStep({ commands: [{ type, command: 'x' }] })
const start = (change: object) => {
  const playbook = playbookOf([BLOCK]) as { workflow: Record<string, object> }
  return { ...playbook, workflow: { ...playbook.workflow, ...change } } as unknown as JsonObject
}

describe('a playbook is refused, naming the step,', () => {
  it.each([
    ['with a bash command', command('bash'), 'workflow.action--1: its command'],
    ['with a powershell command', command('powershell'), 'workflow.action--1: its command'],
    ['with an ssh command', command('ssh'), 'workflow.action--1: its command'],
    ['with a caldera command', command('caldera-cmd'), 'workflow.action--1: its command'],
    ['with a manual command', command('manual'), 'workflow.action--1: its command'],
    ['with a command nobody knows', command('http-api '), 'workflow.action--1: its command'],
    [
      'with two commands',
      withStep({ commands: [{ type: 'http-api' }, { type: 'bash' }] }),
      'action--1: an action has',
    ],
    ['with no command', withStep({ commands: [] }), 'workflow.action--1: an action has'],
    ['without a tool', withStep({ step_extensions: {} }), 'workflow.action--1: it names its tool'],
    [
      'with a loop',
      withStep({ on_completion: 'action--1' }),
      'workflow.action--1: the steps go round',
    ],
    [
      'back to its start',
      withStep({ on_completion: 'start--1' }),
      'workflow.start--1: the steps go round',
    ],
    [
      'that leads nowhere',
      withStep({ on_completion: 'action--9' }),
      'workflow.action--1: it leads to a step',
    ],
    [
      'that leads into the language',
      withStep({ on_completion: '__proto__' }),
      'workflow.action--1: it leads',
    ],
    [
      'that ends in the middle',
      withStep({ on_completion: undefined }),
      'workflow.action--1: it does not say',
    ],
    ['with a branch', withStep({ on_failure: 'end--1' }), 'workflow.action--1: "on_failure"'],
    ['with a delay', withStep({ delay: 60_000 }), 'workflow.action--1: "delay"'],
    ['with a condition', withStep({ type: 'if-condition' }), 'workflow.action--1: only an action'],
    ['with a while', withStep({ type: 'while-condition' }), 'workflow.action--1: only an action'],
    ['with parallel steps', withStep({ type: 'parallel' }), 'workflow.action--1: only an action'],
    [
      'with another playbook in it',
      withStep({ type: 'playbook-action' }),
      'action--1: only an action',
    ],
    [
      'with a step nothing leads to',
      start({ 'action--8': BLOCK }),
      'workflow.action--8: nothing leads here',
    ],
    [
      'that does not begin with a start',
      { ...playbookOf([BLOCK]), workflow_start: 'action--1' },
      'action--1: it is not a start',
    ],
    [
      'with a way out for exceptions',
      { ...playbookOf([BLOCK]), workflow_exception: 'end--1' },
      'workflow_exception:',
    ],
    ['that is revoked', { ...playbookOf([BLOCK]), revoked: true }, 'playbook: it is revoked'],
    [
      'that is not valid any more',
      { ...playbookOf([BLOCK]), valid_until: '2026-11-28T03:59:59Z' },
      'valid_until:',
    ],
    [
      'that is not valid yet',
      { ...playbookOf([BLOCK]), valid_from: '2026-11-29T00:00:00Z' },
      'valid_from:',
    ],
    ['of an older version', { ...playbookOf([BLOCK]), spec_version: 'cacao-1.1' }, 'playbook:'],
    [
      'longer than a person reads',
      playbookOf(Array.from({ length: 21 }, () => BLOCK)),
      'workflow: a plan has',
    ],
  ])('%s', (_what, playbook, place) => {
    expect(() => read(playbook as JsonObject)).toThrow(
      expect.objectContaining({ code: 'plan_invalid', message: expect.stringContaining(place) }),
    )
  })

  it.each([
    [
      'a variable that may change',
      { target: '__ip__:value' },
      { __ip__: { value: '203.0.113.7' } },
      '__ip__ may change',
    ],
    ['a variable nobody declared', { target: '__ip__:value' }, {}, '__ip__ is not among'],
    [
      'a variable inside a text',
      { target: 'x __ip__:value' },
      {},
      'a variable stands for a whole value',
    ],
    ['a variable inside a list', { targets: ['__ip__:value'] }, {}, '__ip__ is not among'],
    ['a variable of the language', { target: '__proto__:value' }, {}, '__proto__ is not among'],
    [
      'a number that is none',
      { ttl: '__n__:value' },
      { __n__: { type: 'integer', value: '4x', constant: true } },
      '__n__ is not a whole number',
    ],
  ])('with %s', (_what, args, variables, said) => {
    const playbook = playbookOf([action('soar__block', args)], { playbook_variables: variables })
    expect(() => read(playbook)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`workflow.action--1: ${said}`) }),
    )
  })

  it('with a member of its extension that nobody reads', () => {
    const odd = action('soar__block', { target: 'x' }, { run_as: 'root' })
    expect(() => read(playbookOf([odd]))).toThrow(
      /workflow\.action--1: x-countersign-step may only/,
    )
  })
})

describe('whatever the steps point to', () => {
  /** The reference: follow the arrows from the start; a chain ends, and passes every step once. */
  const isChain = (arrows: readonly number[]) => {
    const passed = new Set<number>()
    let at = 0
    while (at < arrows.length && !passed.has(at)) {
      passed.add(at)
      at = arrows[at] ?? arrows.length
    }
    return at === arrows.length && passed.size === arrows.length
  }

  it('a playbook is read exactly if it is one chain through all of them, and reading it ends', () => {
    const graphs = fc
      .integer({ min: 1, max: 6 })
      .chain((size) =>
        fc.array(fc.integer({ min: 0, max: size }), { minLength: size, maxLength: size }),
      )
    fc.assert(
      fc.property(graphs, (arrows) => {
        const name = (at: number) => (at === arrows.length ? 'end--1' : `action--${at + 1}`)
        const tool = (at: number) => `soar__t${at}`
        const steps = arrows.map((to, at) => [
          name(at),
          { ...action(tool(at), {}), on_completion: name(to) },
        ])
        const playbook = {
          ...playbookOf([BLOCK]),
          workflow: {
            'start--1': { type: 'start', on_completion: 'action--1' },
            ...Object.fromEntries(steps),
            'end--1': { type: 'end' },
          },
        } as JsonObject
        const attempt = () => read(playbook)
        if (isChain(arrows)) expect(attempt().steps).toHaveLength(arrows.length)
        else expect(attempt).toThrow(expect.objectContaining({ code: 'plan_invalid' }))
      }),
    )
  })
})
