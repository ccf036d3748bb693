/** What people asked the agent about a request and it has not answered. */
import type { ApprovalRequest } from '../approval/request.ts'
import type { OpenQuestion } from './intent.ts'
import type { Spine } from './spine.ts'

export async function hasOpenQuestion(spine: Spine, request: ApprovalRequest): Promise<boolean> {
  return (await unanswered(spine, request)).length > 0
}

/** With the people's own words, oldest first; a text that was erased is left out. */
export async function openQuestions(
  spine: Spine,
  request: ApprovalRequest,
): Promise<readonly OpenQuestion[]> {
  const open = await unanswered(spine, request)
  const texts = await Promise.all(
    open.map(({ tenant, entry }) => spine.payloads.open(tenant, entry, 'question')),
  )
  return open.flatMap(({ id }, at) => {
    const stored = texts[at]
    if (stored?.state !== 'present') return []
    return [{ id, text: new TextDecoder().decode(stored.bytes) }]
  })
}

async function unanswered(spine: Spine, { tenant, id }: ApprovalRequest) {
  const all = await spine.questions.ofRequest(tenant, id)
  return all.filter((each) => each.answerEntry === undefined)
}
