/**
 * Microsoft Teams: an Adaptive Card through a Workflows webhook, with a link and nothing to decide. What Teams
 * sends back from such a card carries no time and no proof of who clicked, so nothing could rest on it.
 */
import type { Message } from '../notice/message.ts'
import type { Messenger } from '../notice/ports.ts'
import { postTo } from './channel-http.ts'
import type { TeamsSpec } from './channel-spec.ts'
import { cardText } from './escape-text.ts'
import { secretUrl } from './secret-url.ts'

export function createTeamsChannel(spec: TeamsSpec): Messenger {
  const { id, kind, takes, roles, webhookUrl } = spec
  return {
    channel: { id, kind, takes, roles, isPersonal: false },
    send: async (message, _address, signal) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify(teamsMessage(message))
      await postTo({ url: secretUrl(webhookUrl), headers, body, signal })
    },
  }
}

/** TextRuns only: unlike a TextBlock they know no Markdown, so a name cannot become a link. */
const line = (...runs: readonly { readonly text: string; readonly weight?: 'Bolder' }[]) => ({
  type: 'RichTextBlock',
  inlines: runs.map(({ text, ...rest }) => ({ type: 'TextRun', text: cardText(text), ...rest })),
})

export function teamsMessage({ sentence, details, link }: Message) {
  const rows = details.map(({ label, value }) =>
    line({ text: `${label}: ` }, { text: value, weight: 'Bolder' }),
  )
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [line({ text: sentence, weight: 'Bolder' }), ...rows],
          actions: [{ type: 'Action.OpenUrl', title: 'Open', url: link }],
        },
      },
    ],
  }
}
