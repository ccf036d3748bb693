import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { profileFor } from '../harness/passkeys.ts'
import { type Plane, startPlane } from '../harness/plane.ts'
import { run as asked } from './terminal.ts'

let plane: Plane
beforeAll(async () => {
  plane = await startPlane({ upstreams: [] })
}, 60_000)
afterAll(() => plane?.close())

const run = (...args: string[]) =>
  asked({ url: plane.gateway.baseUrl, token: plane.petra.token }, ...args)

describe('what no feed reports', () => {
  it('is entered by hand: a case and an asset', async () => {
    const put = await run('case', 'put', 'INC-7', '--title', 'Odd login', '--severity', '3')
    expect(put).toMatchObject({ code: 0, out: 'Case INC-7 is open, severity 3.\n' })
    const where = ['--criticality', '5', '--environment', 'production']
    expect(await run('asset', 'put', 'device', 'DC-1', ...where)).toMatchObject({
      code: 0,
      out: 'device dc-1: criticality 5.\n',
    })
    expect((await run('asset', 'list')).out).toMatch(/device +dc-1 +5 +production/)
  })

  it('is put on the never-touch list by two people', async () => {
    const put = ['asset', 'put', 'device', 'DC-1', '--criticality', '5', '--never-touch']
    const where = ['--environment', 'production']
    const alone = await run(...put, ...where)
    expect(alone).toMatchObject({ code: 6, out: '' })
    expect(alone.err).toContain('--propose')
    const proposed = await run(...put, ...where, '--propose', 'a domain controller')
    expect(proposed.code).toBe(4)
    const [, id = ''] = /change ([0-9a-f-]{36}) waits/.exec(proposed.err) ?? []
    const { baseUrl } = plane.gateway
    const bare = { url: baseUrl, token: plane.ines.token }
    expect((await asked(bare, 'change', 'show', id)).out).toContain('a domain controller')
    const unsigned = await asked(bare, 'change', 'confirm', id)
    expect(unsigned).toMatchObject({ code: 4, out: '' })
    expect(unsigned.err).toContain(`${baseUrl}/changes/${id}`)
    expect((await run('asset', 'list')).out).not.toMatch(/never touch/)
    const ines = { profile: profileFor(plane.dataDir, baseUrl, plane.ines) }
    expect(await asked(ines, 'change', 'confirm', id)).toMatchObject({
      code: 0,
      out: 'Confirmed and made.\n',
    })
    expect((await run('asset', 'list')).out).toMatch(/dc-1 +5 +production +never touch/)
  })

  it('is imported from a file, whose faults are told with an exit code', async () => {
    const file = join(plane.dataDir, 'people.csv')
    writeFileSync(file, 'name,email,roles\nNia Ode,nia@soc.example,analyst\n')
    expect((await run('import', 'people', file, '--dry-run')).out).toContain('Would import: 1 new')
    expect((await run('import', 'people', file)).out).toContain('Imported: 1 new')
    writeFileSync(file, 'name,email,roles\nDesk,soc@soc.example,analyst\n')
    const faulty = await run('import', 'people', file)
    expect(faulty.code).toBe(1)
    expect(faulty.out).toMatch(/2 +email +email is of a group/)
  })

  it('lists no messages where no channel is, and says so', async () => {
    expect((await run('notice', 'list')).out).toContain('No channel is configured')
    expect((await run('change', 'status')).out).toContain('one person, unproven')
  })
})
