/**
 * Which recommendation a call carries out, so that advice and act are linked both ways (R62). The agent says it,
 * and it counts when it is one of the case; a call that waited keeps what it said when it was asked.
 */
import { Failure } from '../kernel/failure.ts'
import type { CallIntent } from './intent.ts'
import type { Spine } from './spine.ts'

/** Throws `recommendation_unknown`. `asked`: the call whose question this one belongs to. */
export async function carriedOut(
  spine: Pick<Spine, 'calls' | 'evidence'>,
  { session, recommendation }: Pick<CallIntent, 'session' | 'recommendation'>,
  asked: string | undefined,
): Promise<string | undefined> {
  const { tenant, task } = session
  if (recommendation === undefined) {
    return asked === undefined ? undefined : (await spine.calls.byId(tenant, asked))?.recommendation
  }
  const known = await spine.evidence.recommendationsOfCase(tenant, task.caseId)
  if (known.some(({ id }) => id === recommendation)) return recommendation
  throw new Failure('recommendation_unknown', 'the cited recommendation is not one of this case')
}
