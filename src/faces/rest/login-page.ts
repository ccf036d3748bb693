/**
 * The page a login link opens. The secret stands behind the `#`, so neither a proxy's log nor a mail scanner that
 * follows the link gets it, and it is spent only when somebody presses the button.
 */
import type { App } from './app.ts'
import { streams } from './app.ts'

const TAGS = ['service']

export function loginPage(app: App): void {
  app.get(
    '/login',
    { schema: { tags: TAGS, response: streams('text/html', 'the page a login link opens') } },
    async (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE),
  )
  app.get(
    '/login.js',
    { schema: { tags: TAGS, response: streams('text/javascript', 'its script') } },
    async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT),
  )
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Log in - Countersign</title>
<script src="/login.js" type="module"></script>
</head>
<body>
<main>
<h1>Countersign</h1>
<p id="said">This page opens with a link: <code>countersign login</code> makes one.</p>
<button id="login" type="button" hidden>Log in</button>
</main>
</body>
</html>
`

const SCRIPT = `const said = document.getElementById('said')
const button = document.getElementById('login')
const link = location.hash.slice(1)
history.replaceState(null, '', '/login')
if (link !== '') {
  said.textContent = 'The link is good once.'
  button.hidden = false
}
button.addEventListener('click', async () => {
  button.disabled = true
  const response = await fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'countersign-console': '1' },
    body: JSON.stringify({ link }),
  })
  if (response.ok) return location.replace('/')
  const problem = await response.json().catch(() => ({}))
  said.textContent = [problem.title, problem.next].filter(Boolean).join('. ') || 'That did not work.'
  button.hidden = true
})
`
