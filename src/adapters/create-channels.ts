/** The senders of the configured channels, each by its kind. */
import type { Clock } from '../kernel/clock.ts'
import type { ChatReader, Messenger } from '../notice/ports.ts'
import { createEmailChannel } from './channel-email.ts'
import { createSlackChannel } from './channel-slack.ts'
import type { ChannelSpec } from './channel-spec.ts'
import { createTeamsChannel } from './channel-teams.ts'
import { createWebhookChannel } from './channel-webhook.ts'
import { createSlackReader } from './slack-callback.ts'

/** Throws `config_invalid` when a secret is not one. */
export function createChannels(
  specs: readonly ChannelSpec[],
  clock: Clock,
  baseUrl: string,
): readonly Messenger[] {
  return specs.map((spec) => createChannel(spec, clock, baseUrl))
}

/** What chats send back is read by these, in order. */
export function createReaders(specs: readonly ChannelSpec[]): readonly ChatReader[] {
  return specs.flatMap((spec) => (spec.kind === 'slack' ? (createSlackReader(spec) ?? []) : []))
}

function createChannel(spec: ChannelSpec, clock: Clock, baseUrl: string): Messenger {
  switch (spec.kind) {
    case 'webhook':
      return createWebhookChannel(spec, clock)
    case 'email':
      return createEmailChannel(spec, baseUrl)
    case 'slack':
      return createSlackChannel(spec)
    case 'teams':
      return createTeamsChannel(spec)
  }
}
