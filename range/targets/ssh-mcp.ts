/**
 * A host that is isolated over SSH, as an MCP server over stdio. Which command runs over there is not for this server
 * to say: it logs in with the certificate it was given, and that certificate has one command in it.
 *
 * Environment: SSH_PORT, SSH_USER, SSH_KNOWN_HOSTS (file); for a call also SSH_KEY (base64) and SSH_CERTIFICATE.
 * Needs `ssh`.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { answer, refuse } from '../answer.ts'
import { requiredSetting, setting } from '../settings.ts'

const PORT = requiredSetting('SSH_PORT')
const USER = requiredSetting('SSH_USER')
const KNOWN_HOSTS = requiredSetting('SSH_KNOWN_HOSTS')
const TIMEOUT_MS = 15_000

const run = promisify(execFile)

/** What the host answers to the holder of this certificate. */
async function logIn(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'range-ssh-'))
  try {
    const key = join(folder, 'key')
    await writeFile(key, Buffer.from(setting('SSH_KEY') ?? '', 'base64'), { mode: 0o600 })
    await writeFile(`${key}-cert.pub`, `${setting('SSH_CERTIFICATE') ?? ''}\n`)
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${KNOWN_HOSTS}`]
    const args = ['-F', 'none', '-i', key, ...options.flatMap((option) => ['-o', option])]
    const asked = [...args, '-p', PORT, `${USER}@127.0.0.1`]
    return (await run('ssh', asked, { timeout: TIMEOUT_MS })).stdout.trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

serveStdio(() => {
  const server = new McpServer({ name: 'ssh-host', version: '1.0.0' })
  const register = (name: string, description: string, isReadOnly: boolean) =>
    server.registerTool(
      name,
      {
        description,
        inputSchema: z.strictObject({ host: z.string() }),
        outputSchema: z.strictObject({ host: z.string(), isolated: z.boolean() }),
        annotations: { readOnlyHint: isReadOnly, destructiveHint: false, openWorldHint: false },
      },
      async ({ host }) => {
        try {
          return answer({ host, isolated: (await logIn()) === 'isolated' })
        } catch {
          return refuse('the host does not let this certificate in')
        }
      },
    )
  register('isolate_host', 'Cuts the host off.', false)
  register('release_host', 'Connects an isolated host again.', false)
  register('host_status', 'Whether the host is cut off.', true)
  return server
})
