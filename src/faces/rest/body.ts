/** Request bodies become values only through the strict reader: one reading of the bytes, for us and for tools. */
import { parseStrict } from '../../kernel/strict-json.ts'
import type { App } from './app.ts'

/** Takes away Fastify's own parsers; any other media type is `media_type_unsupported`. */
export function readJsonBodies(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => (body.length === 0 ? undefined : parseStrict(body)),
  )
}
