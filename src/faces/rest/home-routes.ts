/** What anybody may read: whether we are well, what a problem code means, and where to go from here. */
import { z } from 'zod'
import { health, readiness } from '../../contract/ledger.ts'
import { problemPage } from '../../contract/problem.ts'
import { codeOf, FAILURES, Failure, isFailureCode } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers, streams } from './app.ts'
import type { ReadinessCheck, RestDeps } from './deps.ts'

const TAGS = ['service']

export function homeRoutes(app: App, deps: RestDeps): void {
  const page = homePage(deps.baseUrl, deps.version)
  app.get(
    '/',
    { schema: { tags: TAGS, response: streams('text/html', 'where to go') } },
    async (_request, reply) => reply.type('text/html; charset=utf-8').send(page),
  )
  app.get('/healthz', { schema: { tags: TAGS, response: answers(health) } }, () => ({
    status: 'ok' as const,
  }))
  app.get(
    '/readyz',
    { schema: { tags: TAGS, response: { ...answers(readiness), 503: readiness } } },
    async (_request, reply) => {
      const checks = await Promise.all(deps.readiness.map(runCheck))
      const ready = checks.every((check) => check.ok)
      return reply.code(ready ? 200 : 503).send({ ready, checks })
    },
  )
  app.get(
    '/problems/:code',
    {
      schema: {
        tags: TAGS,
        params: z.strictObject({ code: z.string() }),
        response: answers(problemPage),
      },
    },
    (request) => {
      const { code } = request.params
      if (!isFailureCode(code)) throw new Failure('not_found', 'no such problem code')
      const { title, status, who, next } = FAILURES[code]
      return { code, title, status, who, next }
    },
  )
}

async function runCheck({ name, check }: ReadinessCheck) {
  try {
    await check()
    return { name, ok: true }
  } catch (error) {
    return { name, ok: false, code: codeOf(error) }
  }
}

function homePage(baseUrl: string, version: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Countersign</title></head>
<body>
<h1>Countersign ${version}</h1>
<p>This gateway stands between AI agents and the tools of a security operations centre. Every call is decided
by policy, what matters waits for a named person, and everything is on record.</p>
<ul>
<li>People and the CLI: <a href="/api/openapi.json">the HTTP API</a>, with an API token.</li>
<li>Agents: MCP at <code>${baseUrl}/mcp</code>, with a task token from <code>${baseUrl}/oauth/token</code>
(<a href="/.well-known/oauth-authorization-server">metadata</a>).</li>
<li>Verifiers: signed checkpoints and tiles below <code>${baseUrl}/log/</code>.</li>
<li>Operators: <a href="/readyz">readiness</a>.</li>
</ul>
</body>
</html>
`
}
