import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DIRECTORY_ENTRIES, type Directory, startDirectory } from './directory.ts'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = hasPrograms('slapd', 'slapadd')

let directory: Directory
let real: RealPlane

describe.skipIf(!CAN_RUN)('OpenLDAP with its password policy (slapd)', () => {
  beforeAll(async () => {
    directory = await startDirectory(['mallory'])
    real = await startReal(directory.upstream, DIRECTORY_ENTRIES, [['account', 'mallory']])
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    directory?.stop()
  })

  it('disables an account and enables it again, both felt by who logs in [R63]', async () => {
    const { canBind, changes } = directory
    expect(await canBind('mallory')).toBe(true)
    const call = await real.done('disable_account', { account: 'mallory' })
    expect(await canBind('mallory')).toBe(false)
    await real.undone(call)
    expect(await canBind('mallory')).toBe(true)
    expect(changes().map(({ locks }) => locks)).toEqual([true, false])
  }, 60_000)
})
