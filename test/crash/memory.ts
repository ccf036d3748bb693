/** What people and agents outside remember of the gateway: it survives every kill, and must stay true. */

/** Something the gateway answered. Nothing answered may ever be missing from its record. */
export type Acknowledged =
  | { readonly kind: 'answered'; readonly call: string; readonly evidence: string | undefined }
  | { readonly kind: 'pending'; readonly approval: string }
  | { readonly kind: 'refused'; readonly call: string; readonly code: string }
  | { readonly kind: 'released' | 'denied'; readonly approval: string }
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'checkpoint'; readonly note: string }

/** A call that waits for a person, from the agent's and the person's side. */
export type Question = {
  readonly target: string
  readonly task: string
  readonly token: string
  readonly tokenSinceMs: number
  readonly verdict: 'approve' | 'deny'
  approval?: string
  /** The person has sent the decision; whether it arrived nobody knows until it is answered. */
  isDecisionSent: boolean
  isDecided: boolean
  /** The agent has sent a call that may run on the approval. */
  isRunSent: boolean
  isOver: boolean
}

export type Memory = {
  readonly acknowledged: Acknowledged[]
  readonly questions: Question[]
  /** Answers that nobody could make sense of. */
  readonly surprises: string[]
  /** An address no other call of this installation names. */
  readonly nextTarget: () => string
}

export function newMemory(): Memory {
  let used = 0
  return {
    acknowledged: [],
    questions: [],
    surprises: [],
    nextTarget: () => {
      used++
      return `10.${Math.floor(used / 62_500)}.${Math.floor(used / 250) % 250}.${(used % 250) + 1}`
    },
  }
}
