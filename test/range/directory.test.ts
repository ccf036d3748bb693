import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Practice, startPractice } from './practice.ts'

const ACCOUNT = 'contractor-07'
const PASSWORD = 'practice-contractor'

describe('the practice directory', () => {
  let practice: Practice
  let directory: Client

  beforeAll(async () => {
    practice = await startPractice()
    directory = await practice.client('directory')
  })
  afterAll(() => practice.stop())

  async function login(account: string, password: string): Promise<number> {
    const body = JSON.stringify({ account, password })
    return (await fetch(practice.range.urls.login, { method: 'POST', body })).status
  }

  async function call(name: string, args: Record<string, unknown>) {
    const result = await directory.callTool({ name, arguments: args })
    expect(result.isError ?? false).toBe(false)
    return result.structuredContent as Record<string, unknown>
  }

  it('keeps a disabled account from logging in until it is enabled again', async () => {
    expect(await login(ACCOUNT, PASSWORD)).toBe(200)
    await call('disable_account', { account: ACCOUNT, reason: 'INC-482' })
    expect(await login(ACCOUNT, PASSWORD)).toBe(403)
    expect(await login('fztu', 'practice-fztu')).toBe(200)
    expect(await call('account_status', { account: ACCOUNT })).toMatchObject({
      enabled: false,
      disabled_reason: 'INC-482',
    })
    await call('enable_account', { account: ACCOUNT, reason: 'INC-482' })
    expect(await login(ACCOUNT, PASSWORD)).toBe(200)
  })

  it('replaces a password: the old one stops working, the returned one works', async () => {
    const answer = await call('reset_password', { account: 'fztu', reason: 'INC-482' })
    expect(await login('fztu', 'practice-fztu')).toBe(401)
    expect(await login('fztu', String(answer.temporary_password))).toBe(200)
  })

  it('says so when there is no such account', async () => {
    const args = { account: 'nobody', reason: 'INC-482' }
    const result = await directory.callTool({ name: 'disable_account', arguments: args })
    expect(result.isError).toBe(true)
  })

  it.each([
    ['a wrong password', { account: ACCOUNT, password: 'guess' }, 401],
    ['an unknown account', { account: 'nobody', password: PASSWORD }, 401],
    ['no password', { account: ACCOUNT }, 400],
    ['a body beyond 4 KiB', { account: ACCOUNT, password: 'x'.repeat(5_000) }, 413],
  ])('refuses a login with %s', async (_name, body, status) => {
    const response = await fetch(practice.range.urls.login, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(status)
  })

  it('loses no change when several servers write at once', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => practice.client('directory')))
    const accounts = ['fztu', 'svc-backup', 'break-glass-01']
    await Promise.all(
      others.map((client, index) =>
        client.callTool({
          name: 'disable_account',
          arguments: { account: accounts[index], reason: `writer ${index}` },
        }),
      ),
    )
    const listed = (await call('list_accounts', {})).accounts as {
      account: string
      enabled: boolean
    }[]
    const disabled = listed.filter((each) => !each.enabled).map((each) => each.account)
    expect(disabled.toSorted()).toEqual(accounts.toSorted())
  })
})
