import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CONSOLE_PAGES } from '../../src/contract/console-pages.ts'
import { openRestGateway } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'

/** What Vite writes, in small. */
function builtConsole(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-console-'))
  mkdirSync(join(dir, 'assets'))
  writeFileSync(
    join(dir, 'index.html'),
    '<meta name="csp-nonce" nonce="__CSP_NONCE__"><b>built</b>',
  )
  writeFileSync(join(dir, 'assets', 'index-abc.js'), 'console.log(1)')
  writeFileSync(join(dir, 'assets', '.secret'), 'no')
  return dir
}

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })
  const open = (consoleDir?: string) =>
    openRestGateway(engine, undo, consoleDir === undefined ? {} : { consoleDir })

  describe('the console is served', () => {
    it('as one page at every address of a view, so that a link can be sent to somebody', async () => {
      const gateway = await open(builtConsole())
      const paths = ['/', '/approvals?view=mine', '/cases/INC-482/timeline', '/approvals/x.y']
      for (const path of [...paths, ...CONSOLE_PAGES.map((name) => `/${name}`)]) {
        const answer = await gateway.send('GET', path)
        expect([path, answer.status]).toEqual([path, 200])
        expect(answer.text).toContain('<b>built</b>')
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
    })

    it('under a policy without inline scripts, eval, framing or foreign places', async () => {
      const gateway = await open(builtConsole())
      const answer = await gateway.send('GET', '/approvals/abc')
      const policy = answer.headers.get('content-security-policy') ?? ''
      const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1]
      expect(policy.split('; ')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ])
      expect(answer.text).toContain(`nonce="${nonce}"`)
      expect(answer.text).not.toContain('__CSP_NONCE__')
      const again = await gateway.send('GET', '/approvals/abc')
      expect(again.headers.get('content-security-policy')).not.toBe(policy)
    })

    it('with files that never change under their name, and with nothing beside them', async () => {
      const gateway = await open(builtConsole())
      const file = await gateway.send('GET', '/assets/index-abc.js')
      expect(file.status).toBe(200)
      expect(file.headers.get('content-type')).toMatch(/javascript/)
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      for (const path of [
        '/assets/gone.js',
        '/assets/.secret',
        '/assets/../index.html',
        '/assets/%2e%2e/index.html',
        '/index.html',
      ]) {
        const answer = await gateway.send('GET', path)
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.headers.get('content-type')).toContain('application/problem+json')
      }
    })

    it('and never shadows what machines ask for', async () => {
      const gateway = await open(builtConsole())
      for (const path of ['/api/v1/nothing', '/oauth/nothing', '/log/x/y', '/access/v1/z', '/x']) {
        const answer = await gateway.send('GET', path, { headers: { accept: 'text/html' } })
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.headers.get('content-type')).toContain('application/problem+json')
      }
    })

    it('or says how to build it, at every address', async () => {
      const gateway = await open()
      for (const path of ['/', '/approvals/abc']) {
        const answer = await gateway.send('GET', path)
        expect(answer.status).toBe(200)
        expect(answer.text).toContain('npm run console')
      }
      expect((await gateway.send('GET', '/assets/index-abc.js')).status).toBe(404)
    })
  })
})
