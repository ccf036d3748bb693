/**
 * The one page of the console and the policy it runs under. Scripts and styles come from files of ours; the
 * page itself carries neither. Styles that Mantine computes need a nonce, which is fresh for every page.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Stands in index.html where the nonce goes. */
const PLACE = '__CSP_NONCE__'

export type ConsolePage = {
  readonly isBuilt: boolean
  readonly html: (nonce: string) => string
}

/** Reads the built page once. Without one, a page that says how to get it. */
export function readPage(dir: string | undefined, machine: MachinePlaces): ConsolePage {
  const found = dir === undefined ? undefined : readIfThere(join(dir, 'index.html'))
  if (found === undefined) return { isBuilt: false, html: () => notBuiltPage(machine) }
  return { isBuilt: true, html: (nonce) => found.replaceAll(PLACE, nonce) }
}

/** Nothing may be framed, posted elsewhere, evaluated or loaded from anywhere else. */
export function securityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** What the page may ask of the machine it runs on: a passkey, nothing else. */
export const PERMISSIONS_POLICY =
  'publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), ' +
  'camera=(), microphone=(), geolocation=(), payment=(), usb=()'

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

export type MachinePlaces = { readonly baseUrl: string; readonly version: string }

function notBuiltPage({ baseUrl, version }: MachinePlaces): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Countersign</title></head>
<body>
<h1>Countersign ${version}</h1>
<p>The gateway runs, but its console is not built. Run <code>npm run console</code> in the folder of the
gateway and load this page again. Everything the console does is also on the command line:
<code>bin/countersign --help</code>.</p>
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
