import { afterEach, describe, expect, it } from 'vitest'
import type { Effect, Tool } from '../../src/catalogue/tool.ts'
import type { Flag } from '../../src/catalogue/words.ts'
import { openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { aTool, digestNamed } from '../store/samples.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function tool(
  place: string,
  effect: Effect,
  flags: readonly Flag[],
  more: Partial<Tool> = {},
): Tool {
  const [upstream = '', name = ''] = place.split('/')
  const sample = aTool()
  const { reviewed } = sample
  if (reviewed === undefined) throw new Error('the sample is reviewed')
  const entry = { ...reviewed.entry, worst: { ...reviewed.entry.worst, effect, flags } }
  const exposedName = `${upstream}__${name}`
  return { ...sample, upstream, name, exposedName, reviewed: { ...reviewed, entry }, ...more }
}

forEachEngine((engine) => {
  async function posture(tools: readonly Tool[], grants: readonly string[]) {
    const gateway = await openRestGateway(engine, undo)
    await gateway.deps.commit(TENANT, async (tx) => {
      for (const each of tools) await gateway.deps.tools.put(tx, each)
      return { value: 0, entries: [entryDraft(gateway.fresh)] }
    })
    const { agent } = await registerActiveAgent(gateway, { grants })
    const omar = await gateway.enrol('Omar', ['auditor'])
    const path = `/api/v1/agents/${agent.id}/posture`
    const answer = await gateway.send('GET', path, { token: omar.token })
    const none = await gateway.send('GET', `/api/v1/agents/${gateway.fresh.nextId()}/posture`, {
      token: omar.token,
    })
    expect(none.json().code).toBe('not_found')
    return answer.json()
  }

  describe('what an agent combines', () => {
    const MAIL = tool('mail/read', 'read', ['untrusted-output'])
    const BLOCK = tool('firewall/block', 'contain', [])
    const SEND = tool('mail/send', 'annotate', ['external'])

    it('is all three only together, and each tool says what it brings', async () => {
      const all = [MAIL, BLOCK, SEND]
      expect(await posture(all, ['mail/*', 'firewall/block'])).toMatchObject({
        combined: true,
        usable: [
          { exposed_name: 'firewall__block', effect: 'contain', changes: true },
          { exposed_name: 'mail__read', reads_strangers: true, changes: false },
          { exposed_name: 'mail__send', reaches_outside: true, reads_strangers: false },
        ],
        blocked: [],
        idle: [],
      })
    })

    it.each([
      ['without what strangers wrote', ['firewall/block', 'mail/send']],
      ['without a change', ['mail/*']],
      ['without the outside', ['mail/read', 'firewall/block']],
    ])('is not %s', async (_what, grants) => {
      expect(await posture([MAIL, BLOCK, SEND], grants)).toMatchObject({ combined: false })
    })

    it('counts nothing that cannot be called: unreviewed, drifted, or not there', async () => {
      const drifted = tool('mail/send', 'annotate', ['external'], {
        definitionDigest: digestNamed('9'),
      })
      const fresh = tool('firewall/block', 'contain', [], { status: 'quarantined' })
      const found = await posture([MAIL, drifted, fresh], ['mail/*', 'firewall/block', 'edr/*'])
      expect(found).toMatchObject({
        combined: false,
        usable: [{ exposed_name: 'mail__read' }],
        blocked: ['firewall__block', 'mail__send'],
        idle: ['edr/*'],
      })
    })
  })
})
