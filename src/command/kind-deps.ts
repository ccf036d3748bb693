/** What the commands behind governed changes stand on, all of them together. */
import type { AssetStore } from '../case/asset.ts'
import type { RosterStore } from '../roster/roster.ts'
import type { Doer } from './base.ts'
import type { ChangeAgentDeps } from './change-agent.ts'
import type { LinkChatDeps } from './link-chat.ts'
import type { PolicyDeps } from './publish-policy.ts'
import type { ReadyDeps } from './ready-to-delegate.ts'
import type { changePerson, PersonDeps } from './register-person.ts'

export type KindDeps = ChangeAgentDeps &
  ReadyDeps &
  PersonDeps &
  PolicyDeps &
  LinkChatDeps &
  Parameters<typeof changePerson>[0] & {
    readonly roster: RosterStore
    readonly assets: AssetStore
  }

export type Place = { readonly tenant: string; readonly by: Doer }
