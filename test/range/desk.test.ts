import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Practice, startPractice } from './practice.ts'

describe('the practice case desk', () => {
  let practice: Practice
  let desk: Client

  beforeAll(async () => {
    practice = await startPractice()
    desk = await practice.client('desk')
  })
  afterAll(() => practice.stop())

  const call = (name: string, args: Record<string, unknown>) =>
    desk.callTool({ name, arguments: args })

  it('keeps notes, severity and assignee of an open case', async () => {
    await call('add_note', { case: 'INC-482', text: 'looked at the log' })
    await call('set_severity', { case: 'INC-482', severity: 1, reason: 'still going on' })
    await call('assign_case', { case: 'INC-482', assignee: 'dana' })
    const { structuredContent } = await call('get_case', { case: 'INC-482' })
    expect(structuredContent).toMatchObject({ severity: 1, assignee: 'dana', state: 'open' })
    expect(structuredContent).toMatchObject({
      notes: [{ text: 'looked at the log' }, { text: 'Severity 2 to 1: still going on' }],
    })
  })

  it('takes no change to a closed case', async () => {
    await call('close_case', { case: 'INC-479', resolution: 'benign', summary: 'a holiday notice' })
    expect((await call('add_note', { case: 'INC-479', text: 'more' })).isError).toBe(true)
    const { structuredContent } = await call('list_cases', { state: 'closed' })
    expect(structuredContent).toMatchObject({ cases: [{ case: 'INC-479' }, { case: 'INC-455' }] })
  })
})
