/**
 * A way to reach people, as an adapter is told of it. Secrets are read anew for each message, so that a new one
 * needs no restart. Addresses of Slack and Teams webhooks are secrets: who knows them can post.
 */
import type { Role } from '../identity/person.ts'

type Common = {
  /** `[a-z0-9-]{1,20}`. */
  readonly id: string
  readonly takes: 'everything' | 'pages'
  readonly roles: readonly Role[]
}

type Secret = () => string

export type WebhookSpec = Common & {
  readonly kind: 'webhook'
  readonly url: string
  /** `whsec_` and the key in base64. */
  readonly secret: Secret
}

export type EmailSpec = Common & {
  readonly kind: 'email'
  readonly host: string
  readonly port: number
  /** `none` only where the configuration proved that the server is this machine. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly from: string
  readonly user?: string
  readonly password?: Secret
  /** PEM of the authority that signed the server's certificate, beside the usual ones. */
  readonly ca?: Secret
}

export type SlackSpec = Common & {
  readonly kind: 'slack'
  /** Either this (one channel, chosen in Slack) or a bot. */
  readonly webhookUrl?: Secret
  readonly botToken?: Secret
  /** With a bot: the channel to post to; absent: each person, where their account is known. */
  readonly channel?: string
  /** Where the bot's methods are called. */
  readonly apiUrl: string
  /** With it, messages carry buttons, and what they send is checked by it. */
  readonly signingSecret?: Secret
}

export type TeamsSpec = Common & {
  readonly kind: 'teams'
  readonly webhookUrl: Secret
}

export type ChannelSpec = WebhookSpec | EmailSpec | SlackSpec | TeamsSpec
