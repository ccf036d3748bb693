/**
 * The first script of the page, a file of its own with nothing to wait for: it asks who is here, and for the request the
 * address names, while the rest of the console is still coming. api/client.ts takes the answers. It runs as a plain
 * script, because a module waits for the whole page, and so leaves nothing in the global scope but the answers.
 */
import type { Asked } from './api/asked-first.ts'

const REQUEST = /^\/approvals\/([0-9a-f-]{36})$/

function askFirst(): void {
  const id = REQUEST.exec(location.pathname)?.[1]
  const paths = ['/api/v1/me', ...(id === undefined ? [] : [`/api/v1/approvals/${id}`])]
  globalThis.countersignAsked = new Map(paths.map((path) => [path, ask(path)]))
}

function ask(path: string): Asked {
  const answer = fetch(path, {
    credentials: 'same-origin',
    redirect: 'error',
    headers: { 'countersign-console': '1' },
  })
  // Whoever takes it hears of a failure; one that nobody takes is no error of the page.
  answer.catch(() => undefined)
  return { answer, atMs: performance.now() }
}

askFirst()
