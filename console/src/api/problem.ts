/** What the gateway answers instead: a code, what it means, and the one step that helps (RFC 9457). */

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly next: string | undefined
  /** Names this one occurrence; the gateway's log has it too. */
  readonly instance: string | undefined

  constructor(said: ProblemBody) {
    super(said.detail ?? said.title ?? said.code)
    this.name = 'Problem'
    this.code = said.code
    this.status = said.status
    this.next = said.next
    this.instance = said.instance
  }
}

type ProblemBody = {
  readonly code: string
  readonly status: number
  readonly title?: string
  readonly detail?: string
  readonly next?: string
  readonly instance?: string
}

/** Reads a refusal; one that is not ours (a proxy, a page) keeps its status and nothing else. */
export async function problemOf(response: Response): Promise<Problem> {
  const { status } = response
  const body: unknown = await response.json().catch(() => undefined)
  if (isRecord(body) && typeof body.code === 'string') {
    return new Problem({ ...(body as ProblemBody), status })
  }
  return new Problem({ code: 'unreadable_answer', status, title: `the answer was ${status}` })
}

/** The request never arrived, or its answer never came. */
export function unreachable(): Problem {
  return new Problem({
    code: 'gateway_unreachable',
    status: 0,
    title: 'The gateway does not answer.',
    next: 'Check your connection; this page tries again by itself.',
  })
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
