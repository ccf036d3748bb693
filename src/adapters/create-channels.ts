/** The senders of the configured channels, each by its kind. */
import type { Clock } from '../kernel/clock.ts'
import type { Messenger } from '../notice/ports.ts'
import type { ChannelSpec } from './channel-spec.ts'
import { createWebhookChannel } from './channel-webhook.ts'

/** Throws `config_invalid` when a secret is not one. */
export function createChannels(specs: readonly ChannelSpec[], clock: Clock): readonly Messenger[] {
  return specs.map((spec) => createWebhookChannel(spec, clock))
}
