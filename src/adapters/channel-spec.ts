/** A way to reach people, as an adapter is told of it. Secrets are read anew for each message, so that a new one
 * needs no restart. */
import type { Role } from '../identity/person.ts'

type Common = {
  /** `[a-z0-9-]{1,20}`. */
  readonly id: string
  readonly takes: 'everything' | 'pages'
  readonly roles: readonly Role[]
}

export type WebhookSpec = Common & {
  readonly kind: 'webhook'
  readonly url: string
  /** `whsec_` and the key in base64. */
  readonly secret: () => string
}

export type ChannelSpec = WebhookSpec
