import { describe, expect, it } from 'vitest'
import { classesOf } from '../../src/catalogue/classification.ts'
import type { Tool } from '../../src/catalogue/tool.ts'
import { approvedTool, classification, classified, refused } from './tools.ts'

const BLOCK = classification({
  effect: 'contain',
  verb: 'deny',
  reversibility: 'reversible',
  inverse: { tool: 'unblock', arguments: { host: 'args.host' } },
})

describe('only a reviewed tool has an action', () => {
  it('refuses a tool nobody has approved, and says why it is blocked [R44]', () => {
    const { reviewed: _reviewed, ...rest } = approvedTool()
    const tool: Tool = { ...rest, status: 'quarantined', findings: ['concealment', 'new'] }
    expect(refused(tool, { host: 'a' })).toMatchObject({
      code: 'tool_quarantined',
      detail: 'edr__get_host is quarantined: concealment, new',
    })
  })

  it('refuses a tool whose definition is not the reviewed one, even if it is marked approved [R46]', () => {
    const tool = approvedTool({}, { definitionDigest: `sha256:${'0'.repeat(64)}` })
    expect(refused(tool, { host: 'a' })).toMatchObject({
      code: 'tool_drifted',
      detail: 'edr__get_host changed since it was reviewed',
    })
  })

  it('refuses a suspended tool', () => {
    const tool = approvedTool({}, { status: 'suspended', findings: ['suspended'] })
    expect(refused(tool, { host: 'a' }).code).toBe('tool_quarantined')
  })

  it('refuses arguments that are no object', () => {
    for (const args of [[], 'a', 1, null, true]) {
      expect(refused(approvedTool(), args).code).toBe('arguments_invalid')
    }
    expect(classified(approvedTool(), {}).arguments).toEqual({})
  })
})

describe('what a call would do', () => {
  it('names action, targets and the call that takes it back', () => {
    const call = classified(approvedTool({ entry: { worst: BLOCK } }), { host: 'WEB-14' })
    expect(call).toMatchObject({
      action: 'deny:device',
      effect: 'contain',
      targets: [{ kind: 'device', id: 'web-14' }],
      reversibility: 'reversible',
      inverse: { tool: 'unblock', arguments: { host: 'WEB-14' } },
      arguments: { host: 'WEB-14' },
    })
  })

  it('counts as irreversible when the inverse cannot be built from these arguments', () => {
    const worst = { ...BLOCK, inverse: { tool: 'unblock', arguments: { id: 'args.ticket' } } }
    const call = classified(approvedTool({ entry: { worst } }), { host: 'a' })
    expect(call.reversibility).toBe('irreversible')
    expect(call).not.toHaveProperty('inverse')
  })

  it('takes influence without a direction as lowering attention [R54]', () => {
    const worst = classification({ effect: 'influence', verb: 'set' })
    expect(classified(approvedTool({ entry: { worst } }), {}).direction).toBe('lowers')
  })

  it('is classed by what it sets off, not by its own small effect [R98]', () => {
    const worst = classification({
      effect: 'annotate',
      verb: 'annotate',
      triggers: [
        {
          what: 'the tag starts the isolation playbook',
          effect: 'contain',
          reversibility: 'time-limited',
          flags: ['user-impacting'],
        },
        {
          what: 'and opens a ticket',
          effect: 'write',
          reversibility: 'irreversible',
          flags: ['external'],
        },
      ],
    })
    const tool = approvedTool({ entry: { worst } })
    expect(classified(tool, { host: 'a' })).toMatchObject({
      effect: 'contain',
      reversibility: 'irreversible',
      flags: ['user-impacting', 'external'],
    })
    expect(refused(tool, {}).code).toBe('target_missing')
    expect(classesOf(tool.reviewed ?? expect.fail()).map(({ effect }) => effect)).toEqual([
      'contain',
    ])
  })
})

describe('discriminators', () => {
  const worst = classification({
    effect: 'destructive',
    verb: 'delete',
    reversibility: 'irreversible',
  })
  const discriminators = [
    {
      when: 'args.mode == "detect"',
      is: { effect: 'read', verb: 'query', reversibility: 'reversible' },
    },
    {
      when: 'args.mode == "suspend" && args.force == false',
      is: { effect: 'write', verb: 'stop' },
    },
  ] as const
  const tool = approvedTool({ entry: { worst, discriminators } })
  const effectOf = (args: Readonly<Record<string, string | number | boolean>>) =>
    classified(tool, args).effect

  it('lower the class only for the arguments they name', () => {
    expect(effectOf({ host: 'a', mode: 'detect' })).toBe('read')
    expect(effectOf({ host: 'a', mode: 'suspend', force: false })).toBe('write')
  })

  it('leave the worst case for an argument that is absent, unknown, of another type or in another case', () => {
    for (const args of [
      { host: 'a' },
      { host: 'a', mode: 'prevent' },
      { host: 'a', mode: 'DETECT' },
      { host: 'a', mode: 'detect ' },
      { host: 'a', mode: 1 },
      { host: 'a', mode: true },
      { host: 'a', mode: 'suspend' },
      { host: 'a', mode: 'suspend', force: 'false' },
    ]) {
      expect(effectOf(args)).toBe('destructive')
    }
  })

  it('leave the worst case when the call carries an argument that nobody reviewed', () => {
    expect(effectOf({ host: 'a', mode: 'detect', Mode: 'delete' })).toBe('destructive')
    expect(effectOf({ host: 'a', mode: 'detect', also_delete: true })).toBe('destructive')
  })

  it('leave the worst case when an earlier one cannot be read', () => {
    const broken = [{ when: 'args.nope.deeper == 1', is: {} }, ...discriminators]
    const other = approvedTool({ entry: { worst, discriminators: broken } })
    expect(classified(other, { host: 'a', mode: 'detect' }).effect).toBe('destructive')
  })

  it('keep the members of the worst case they do not name', () => {
    const call = classified(tool, { host: 'a', mode: 'suspend', force: false })
    expect(call.reversibility).toBe('irreversible')
  })
})

describe('declared hints', () => {
  const effect = (annotations: Readonly<Record<string, boolean>>, over = {}) =>
    classified(approvedTool({ definition: { annotations }, ...over }), { host: 'a' }).effect

  it('raise a read to a write when the server itself calls the tool destructive', () => {
    expect(effect({ destructiveHint: true })).toBe('write')
    expect(effect({ readOnlyHint: false, destructiveHint: true })).toBe('write')
    expect(effect({ readOnlyHint: false })).toBe('annotate')
    expect(effect({ readOnlyHint: false, destructiveHint: false })).toBe('annotate')
  })

  it('mean nothing when they are absent, or speak of a tool that is read-only', () => {
    expect(effect({})).toBe('read')
    expect(effect({ readOnlyHint: true, destructiveHint: true })).toBe('read')
    expect(effect({ openWorldHint: true, idempotentHint: false })).toBe('read')
  })

  it('never lower a class', () => {
    const worst = classification({
      effect: 'identity',
      verb: 'stop',
      target: { kind: 'account', from: 'args.host' },
    })
    expect(effect({ readOnlyHint: true, destructiveHint: false }, { entry: { worst } })).toBe(
      'identity',
    )
  })

  it('do not count against arguments a discriminator has singled out', () => {
    const discriminators = [{ when: 'args.mode == "read"', is: {} }]
    const tool = approvedTool({
      entry: { discriminators },
      definition: { annotations: { destructiveHint: true } },
    })
    expect(classified(tool, { host: 'a', mode: 'read' }).effect).toBe('read')
    expect(classified(tool, { host: 'a', mode: 'other' }).effect).toBe('write')
  })

  it('can be disputed by a reviewer, with a reason', () => {
    const disputedHint = 'The library sets it for every tool.'
    expect(effect({ destructiveHint: true }, { entry: { disputedHint } })).toBe('read')
  })
})

describe('confirmation arguments', () => {
  const tool = approvedTool({
    entry: { worst: BLOCK, confirmations: [{ argument: 'confirm_block', value: true }] },
  })

  it('are refused from an agent in every spelling a lenient server may read', () => {
    for (const name of [
      'confirm_block',
      'Confirm_Block',
      'confirmBlock',
      'CONFIRM-BLOCK',
      'ｃonfirm_block',
    ]) {
      expect(refused(tool, { host: 'a', [name]: false })).toMatchObject({
        code: 'confirmation_not_yours',
        detail: `the argument "${name}" confirms the call`,
      })
    }
  })

  it('are set by the gateway in what is forwarded, and stand in nothing that is shown or signed', () => {
    const call = classified(tool, { host: 'a' })
    expect(call.forwarded).toEqual({ host: 'a', confirm_block: true })
    expect(call.arguments).toEqual({ host: 'a' })
  })
})

describe('a tool that runs tools', () => {
  const metaTool = { toolArgument: 'tool_name', argumentsArgument: 'parameters' }
  const meta = approvedTool({
    definition: { name: 'execute_tool' },
    entry: {
      worst: classification({ effect: 'destructive', flags: ['arbitrary-execution'] }),
      metaTool,
      timeoutMs: 90_000,
    },
  })
  const inner = approvedTool({
    definition: { name: 'delete_policies' },
    entry: { worst: BLOCK, confirmations: [{ argument: 'confirm', value: 'yes' }] },
  })
  const lookup = (name: string, upstream: string): Tool | undefined =>
    [inner, meta, elsewhere, unreviewed].find(
      (tool) => tool.exposedName === name || (tool.upstream === upstream && tool.name === name),
    )
  const elsewhere = approvedTool(
    { definition: { name: 'list_all' } },
    { upstream: 'siem', exposedName: 'siem__list_all' },
  )
  const unreviewed = approvedTool(
    { definition: { name: 'strange' } },
    { status: 'quarantined', findings: ['new'] },
  )
  const ask = (name: unknown, parameters: unknown = { host: 'a' }) =>
    ({ tool_name: name, parameters }) as Readonly<Record<string, string>>

  it('is decided as the inner call', () => {
    const call = classified(meta, ask('delete_policies'), lookup)
    expect(call).toMatchObject({
      tool: inner,
      via: 'edr__execute_tool',
      action: 'deny:device',
      effect: 'contain',
      targets: [{ kind: 'device', id: 'a' }],
      arguments: ask('delete_policies'),
      timeoutMs: 90_000,
    })
    expect(classified(meta, ask('edr__delete_policies'), lookup).tool).toBe(inner)
    expect(call.forwarded).toEqual({
      tool_name: 'delete_policies',
      parameters: { host: 'a', confirm: 'yes' },
    })
  })

  it('rests on both reviews, so that a change of either changes the rule', () => {
    const call = classified(meta, ask('delete_policies'), lookup)
    expect([inner.reviewed?.entryDigest, meta.reviewed?.entryDigest]).not.toContain(
      call.entryDigest,
    )
  })

  it('is refused for an inner tool that is unknown, of another server, or runs tools itself', () => {
    for (const name of [
      'nope',
      'siem__list_all',
      'list_all',
      'execute_tool',
      'edr__execute_tool',
    ]) {
      expect(refused(meta, ask(name), lookup).code).toBe('tool_unknown')
    }
  })

  it('is refused for an inner tool that nobody approved', () => {
    expect(refused(meta, ask('strange'), lookup).code).toBe('tool_quarantined')
  })

  it('is refused when the inner call cannot be read in full', () => {
    for (const args of [
      ask(7),
      ask('delete_policies', 'text'),
      ask('delete_policies', [{ host: 'a' }]),
      {},
    ]) {
      expect(refused(meta, args, lookup).code).toBe('arguments_invalid')
    }
    const extra = { ...ask('delete_policies'), run_as: 'admin' }
    expect(refused(meta, extra, lookup).code).toBe('arguments_invalid')
  })

  it('does not let a confirmation or a missing target in through the inner arguments', () => {
    const confirmed = ask('delete_policies', { host: 'a', confirm: 'yes' })
    expect(refused(meta, confirmed, lookup).code).toBe('confirmation_not_yours')
    expect(refused(meta, ask('delete_policies', {}), lookup).code).toBe('target_missing')
  })
})
