/** Sabotages of who may reach what: a door that lets everybody in. */
import type { Sabotage } from './sabotage.ts'

export const ACCESS_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'grants-ignored',
    module: 'src/enforcement/session.ts',
    export: 'mayUse',
    body: 'return true',
    first: 'test/promises-e2e/identity.test.ts',
  },
  {
    name: 'writes-listed',
    module: 'src/enforcement/visible-tools.ts',
    export: 'makeVisibleTools',
    body: `const visible = original(tools)
      return (session) => visible({ ...session, task: { ...session.task, purpose: 'respond' } })`,
    first: 'test/promises-e2e/identity.test.ts',
  },
  {
    // A person who presents their own token acts in the newest task there is.
    name: 'person-token-admitted',
    module: 'src/enforcement/identify.ts',
    export: 'makeIdentify',
    body: `const identify = original(parts)
      return async (bearer) => {
        if (bearer?.startsWith(PERSON_TOKEN_PREFIX) !== true) return identify(bearer)
        const tasks = await parts.tasks.list('main')
        const task = tasks.toSorted((a, b) => b.openedAtMs - a.openedAtMs)[0]
        const agent = await parts.agents.byId('main', task.agent)
        return { tenant: 'main', agent, task, claims: { tenant: 'main', task: task.id } }
      }`,
  },
  {
    // Nobody else ever exists, so one person alone changes who may approve.
    name: 'one-person-suffices',
    module: 'src/command/govern-change.ts',
    export: 'secondPeople',
    body: 'return []',
    first: 'test/promises-e2e/thresholds.test.ts',
  },
  {
    // Nobody looks whether somebody pressed stop.
    name: 'stops-unseen',
    module: 'src/facts/gather.ts',
    export: 'stopFor',
    body: 'return undefined',
    first: 'test/promises-e2e/stop.test.ts',
  },
  {
    name: 'one-key-for-many',
    module: 'src/command/register-agent.ts',
    export: 'requireNewKey',
    body: 'return',
  },
  {
    // An agent at a decision is taken for the first shift lead.
    name: 'agents-approve',
    module: 'src/faces/rest/caller.ts',
    export: 'findCaller',
    body: `try {
        await original(deps, request, reply)
      } catch (error) {
        if (error.code !== 'agent_may_not_approve') throw error
        const people = await deps.people.list('main')
        const person = people.find(({ roles }) => roles.includes('shift-lead'))
        callers.set(request, { kind: 'person', person })
      }`,
  },
  {
    name: 'drift-ignored',
    module: 'src/catalogue/classify.ts',
    export: 'classify',
    body: `const { reviewed, definitionDigest } = tool
      if (reviewed === undefined) return original(tool, args, lookup)
      const seen = { ...reviewed, definitionDigest }
      return original({ ...tool, status: 'approved', reviewed: seen }, args, lookup)`,
  },
  {
    name: 'slot-opens-for-anything',
    module: 'src/kernel/dispatch-slot.ts',
    export: 'openSlot',
    body: "return minted.get(offered) ?? { tenant: '', call: '', upstream, frame }",
  },
]
