/**
 * A gateway that dies between any two steps of borrowing, and its next start: nothing borrowed stays alive, nothing is
 * sent twice, and the record is whole. Dying is: from that step on nothing is written any more.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { boundedBroker } from '../../src/adapters/bounded-broker.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { type Gateway, startGateway } from '../../src/main.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { expectSoundLedger, taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { readRecord } from '../promises-e2e/record.ts'
import { type MintWorld, openMint, takeBack, typesOf } from './world.ts'

describe('a gateway on SQLite that dies while it borrows', () => dies(undefined))
describe.skipIf(POSTGRES_URL === undefined)(
  'a gateway on PostgreSQL that dies while it borrows (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => dies(POSTGRES_URL),
)

function dies(serverUrl: string | undefined): void {
  let database: Database | undefined
  let world: MintWorld
  /** The label at which the gateway dies; none: it lives. */
  let fatal: string | undefined
  let gateway: Gateway
  const at = (label: string): void => {
    if (label !== fatal) return
    fatal = undefined
    const dead = async () => {
      throw new Failure('ledger_unwritable', 'the gateway is dead')
    }
    Object.assign(gateway.parts.spine, { commit: dead })
  }

  beforeAll(async () => {
    database = serverUrl === undefined ? undefined : await postgresDatabase(serverUrl)
    world = await openMint({
      at: (label) => at(label),
      ...(database === undefined ? {} : { config: { databaseUrl: database.url } }),
    })
    gateway = world.plane.gateway
  }, 60_000)
  beforeEach(() => {
    fatal = undefined
  })
  afterAll(async () => {
    await world?.agent.close()
    await gateway?.close()
    world?.tools.close()
    await database?.drop()
  })

  const restart = async (): Promise<void> => {
    await gateway.close()
    const { clock } = world.plane
    const brokers = [boundedBroker(world.mint, { callMs: 1_000 })]
    gateway = await startGateway(gateway.config, { clock, log: quiet, brokers, at })
    await gateway.listed
    world = { ...world, plane: { ...world.plane, gateway } }
  }
  const look = async () => {
    const agent = await connectAgent(gateway.baseUrl, await taskToken(world.plane))
    const result = await agent.call('edr__look', { target: 'web-1' })
    await agent.close()
    return saidBy(result)?.code ?? 'ran'
  }
  const record = () => readRecord(world.plane, 'INC-482')

  it.each([
    ['when it has said what it will borrow', 'lease:requested', 0],
    ['when the broker has answered', 'lease:issued', 0],
    ['when the call is about to be sent', 'dispatch:after', 1],
    ['when the call has come back', 'act:after', 1],
  ] as const)(
    '%s, leaves nothing alive and sends nothing twice [R17]',
    async (_when, label, sent) => {
      const called = world.tools.calls().length
      const before = (await record()).length
      fatal = label
      expect(await look()).toMatch(/ledger_unwritable|outcome_unknown/)
      expect(world.mint.alive()).toHaveLength(1)
      await restart()
      await takeBack(world)
      expect(world.mint.alive()).toEqual([])
      expect(world.tools.calls()).toHaveLength(called + sent)
      const types = typesOf((await record()).slice(before))
      expect(types.filter((type) => type === 'tool.call.dispatched')).toHaveLength(sent)
      expect(types.filter((type) => type === 'tool.call.outcome')).toHaveLength(sent)
      expect(types.slice(-2)).toEqual(['lease.ending', 'lease.revoked'])
      await expectSoundLedger(gateway)
      expect(await look()).toBe('ran')
      await takeBack(world)
    },
  )

  it.each([
    ['before the broker is asked to take it back', 'lease:revoking'],
    ['when the broker has taken it back', 'lease:revoked'],
  ] as const)('%s, asks again and writes it down once [R17]', async (_when, label) => {
    const before = (await record()).length
    fatal = label
    expect(await look()).toBe('ran')
    await takeBack(world).catch(() => undefined)
    await restart()
    await takeBack(world)
    expect(world.mint.alive()).toEqual([])
    const types = typesOf((await record()).slice(before))
    expect(types.filter((type) => type === 'lease.revoked')).toHaveLength(1)
    await expectSoundLedger(gateway)
  })

  it('finds the broker away at its next start, and takes back what it left once it is there [R17]', async () => {
    fatal = 'lease:issued'
    await look()
    world.mint.be('away')
    await restart()
    await takeBack(world)
    expect(world.mint.alive()).toHaveLength(1)
    world.mint.be('well')
    world.plane.clock.advance(2_000)
    await takeBack(world)
    expect(world.mint.alive()).toEqual([])
  })
}
