/** A tool server as the operator writes it: how it is reached, as whom, and what it may ask. */
import { z } from 'zod'
import { lendingFile } from './broker-file.ts'

const id = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .describe(
    'Its name here: 1 to 20 of `a-z`, `0-9` and `-`. Agents see its tools as `<id>__<tool>`.',
  )
const command = z.string().describe('The program, or its path from the folder of this file.')
const args = z.array(z.string()).default([]).describe('Its arguments.')
const env = z
  .record(z.string(), z.string())
  .default({})
  .describe('Its environment beside `PATH`, `HOME` and the like. Not for secrets.')
const cwd = z
  .string()
  .optional()
  .describe('Its working directory; the folder of this file unless given.')
const url = z.url().describe('Where it answers MCP.')
const asks = z
  .array(z.enum(['sampling', 'elicitation', 'roots']))
  .default([])
  .describe('What it may ask of the agent that calls it. Nothing unless named.')
const trustShippedEntries = z
  .boolean()
  .default(false)
  .describe('Whether entries of the catalogue directory count as reviews for this server.')
const bearerFile = z.string().describe('File with the token sent as `Authorization: Bearer`.')
const environmentFiles = z
  .record(z.string(), z.string())
  .describe('Variable of the child process to the file with its value.')

const credential = z
  .union([
    z.strictObject({ bearer_file: bearerFile }),
    z.strictObject({ environment_files: environmentFiles }),
  ])
  .optional()
  .describe("The gateway's own credential for it. Files are named from the folder of this file.")
const lending = z
  .array(lendingFile)
  .default([])
  .describe('Tools that are called with a borrowed credential: docs/guides/credentials.md.')
const ofEveryServer = {
  id,
  asks,
  trust_shipped_entries: trustShippedEntries,
  credential,
  lending,
}

/** One tool server. Strict: an unknown key is refused by its name. */
export const upstreamFile = z.discriminatedUnion('transport', [
  z.strictObject({ ...ofEveryServer, transport: z.literal('stdio'), command, args, env, cwd }),
  z.strictObject({ ...ofEveryServer, transport: z.literal('streamable-http'), url }),
])
