/** Part of the configuration: from a channel as the operator writes it to what its adapter is told. */
import type { ChannelSpec } from './adapters/channel-spec.ts'
import type { ConfigFile } from './contract/config-file.ts'

type Given = ConfigFile['channels'][number]
/** Reads the file anew each time; throws `config_invalid` when it is not there or empty. */
type Read = (file: string) => () => string

export function channelOf(given: Given, read: Read): ChannelSpec {
  const { id, takes, roles } = given
  const common = { id, takes, roles }
  const secret = <K extends string>(name: K, file: string | undefined) =>
    (file === undefined ? {} : { [name]: read(file) }) as Partial<Record<K, () => string>>
  switch (given.kind) {
    case 'webhook':
      return { ...common, kind: 'webhook', url: given.url, secret: read(given.secret_file) }
    case 'teams':
      return { ...common, kind: 'teams', webhookUrl: read(given.webhook_url_file) }
    case 'email': {
      const { host, port, security, from, user } = given
      return {
        ...{ ...common, kind: 'email', host, port, security, from },
        ...(user === undefined ? {} : { user }),
        ...secret('password', given.password_file),
        ...secret('ca', given.ca_file),
      }
    }
    case 'slack':
      return {
        ...{ ...common, kind: 'slack', apiUrl: given.api_url },
        ...(given.channel === undefined ? {} : { channel: given.channel }),
        ...secret('webhookUrl', given.webhook_url_file),
        ...secret('botToken', given.bot_token_file),
        ...secret('signingSecret', given.signing_secret_file),
      }
  }
}
