/** Questions to the agent and its claims in answer, on the wire. */
import type { z } from 'zod'
import type { approval } from '../../contract/approvals.ts'
import type { RestDeps } from './deps.ts'

type Wire = z.output<typeof approval>['questions'][number]
type Part = Wire['text']

export async function questionsOf(
  deps: Pick<RestDeps, 'questions' | 'payloads'>,
  tenant: string,
  requestId: string,
): Promise<Wire[]> {
  const questions = await deps.questions.ofRequest(tenant, requestId)
  return Promise.all(
    questions.map(async ({ id, askedBy, askedAtMs, entry, answerEntry, answeredAtMs }) => ({
      id,
      asked_by: askedBy,
      asked_at_ms: askedAtMs,
      text: await textOf(deps, tenant, entry, 'question'),
      ...(answerEntry === undefined || answeredAtMs === undefined
        ? {}
        : {
            answer: {
              text: await textOf(deps, tenant, answerEntry, 'answer'),
              at_ms: answeredAtMs,
              provenance: 'claimed' as const,
            },
          }),
    })),
  )
}

async function textOf(
  deps: Pick<RestDeps, 'payloads'>,
  tenant: string,
  entry: string,
  name: string,
): Promise<Part> {
  const stored = await deps.payloads.open(tenant, entry, name)
  if (stored.state !== 'present') return { state: 'erased' }
  return { state: 'present', value: new TextDecoder().decode(stored.bytes) }
}
