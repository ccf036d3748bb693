import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rangeUpstream, startPlane } from '../harness/plane.ts'

let catalogueDir: string
beforeEach(() => {
  catalogueDir = mkdtempSync(join(tmpdir(), 'countersign-catalogue-'))
  writeFileSync(join(catalogueDir, 'broken.yaml'), 'server: [')
})
afterEach(() => rmSync(catalogueDir, { recursive: true }))

it('an entry file that cannot be read stops the start of a gateway that trusts entries', async () => {
  const upstreams = [rangeUpstream('desk', catalogueDir)]
  await expect(startPlane({ upstreams, config: { catalogueDir } })).rejects.toMatchObject({
    code: 'catalogue_invalid',
    message: expect.stringMatching(/^broken: /),
  })
})

it('one whose tools are all reviewed by people does not read them', async () => {
  const plane = await startPlane({ upstreams: [], config: { catalogueDir } })
  await plane.close()
})
