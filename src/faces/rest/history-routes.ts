/** What happened to one approval request, entry by entry, each with its place in the log. */
import { readHistory } from '../../command/read-history.ts'
import { timeline } from '../../contract/timeline.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { checkpointWire, entryWire } from './entry-wire.ts'

export function historyRoutes(app: App, deps: RestDeps): void {
  const schema = { tags: ['approvals'], params: idParams, response: answers(timeline) }
  app.get('/api/v1/approvals/:id/timeline', { schema }, async (asked) => {
    const { person } = doerOf(asked)
    const [{ request, entries }, checkpoint] = await Promise.all([
      readHistory(deps, person, asked.params.id),
      deps.ledger.checkpoint(person.tenant),
    ])
    return {
      case: request.caseId,
      checkpoint: checkpointWire(checkpoint),
      entries: entries.map(entryWire),
    }
  })
}
