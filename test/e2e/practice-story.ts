/**
 * The practice case from the first start to a verified export, as one person lives it in the console. Everything
 * is real: the demo's own process, its agent, its firewall, the browser, and a passkey on the browser's device.
 */
import { createPrivateKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Browser, holdKey, type Page, type Visitor, visit } from './browser.ts'
import type { Hands } from './hands.ts'
import { type PracticeStage, runProgram } from './practice-stage.ts'

const CASE_REF = 'INC-482'
const BYSTANDER = '198.51.100.7'

export async function playPracticeCase(
  browser: Browser,
  stage: PracticeStage,
  hands: Hands,
): Promise<void> {
  const visitor = await enter(browser, stage, hands)
  const target = await decide(visitor.page, hands)
  await followTheDecision(visitor, stage, hands, target)
}

/** What it set off, until the case is taken home verified and the demo has ended with nothing left. */
export async function followTheDecision(
  visitor: Visitor,
  stage: PracticeStage,
  hands: Hands,
  target: string,
): Promise<void> {
  const { page } = visitor
  await stage.reads(/The agent is done: the address is blocked, and the block is real/)
  await seenFromOutside(stage, target)
  await readTheCase(page, hands, target)
  const trust = await checkTheLedger(page, hands)
  await exportAndVerify(visitor, stage, hands, trust)
  expect(visitor.noise).toEqual([])
  await visitor.context.close()
  expect(await stage.end()).toEqual({ code: 0, left: [] })
}

/** Through the one-time link that the command line prints, with the practice passkey on the device. */
export async function enter(
  browser: Browser,
  stage: PracticeStage,
  hands: Hands,
): Promise<Visitor> {
  await stage.reads(/The agent waits for a person/)
  const { code, out } = await stage.types('dana', 'login')
  expect([code, out]).toEqual([0, expect.stringContaining('/login#')])
  const link = new URL(/http\S+/.exec(out)?.[0] ?? '')
  const visitor = await visit(browser, link.origin, hands.look)
  const { credential, privateKey } = stage.keyOf('dana')
  const key = createPrivateKey({ key: privateKey, format: 'jwk' })
  await holdKey(visitor, { credential, pkcs8: key.export({ type: 'pkcs8', format: 'der' }) })
  const { page } = visitor
  await page.goto(link.href)
  await hands.press(page, page.getByRole('button', { name: 'Sign in with your one-time link' }))
  await page.getByRole('heading', { name: 'Shift board' }).waitFor()
  return visitor
}

/** Is led to what waits by the page for the first run, reads it, opens the evidence, and signs. Answers the address. */
export async function decide(page: Page, hands: Hands): Promise<string> {
  await hands.go(page, 'First run')
  await hands.press(page, page.getByRole('link', { name: 'Open the request' }))
  const sentence = page.getByRole('heading', { level: 1, name: /wants to/ })
  expect(await sentence.innerText()).toMatch(/^triage wants to block address .* INC-482/)
  const evidence = page.getByRole('region', { name: 'Evidence' })
  await hands.press(page, evidence.locator('summary').first())
  await evidence.getByRole('group', { name: 'Recorded result' }).waitFor()
  await evidence.getByText('opened', { exact: true }).waitFor()
  await hands.press(page, page.getByRole('button', { name: 'Approve' }))
  await hands.write(page, page.getByLabel('Why this is right'), 'brute force, none accepted')
  await hands.press(page, page.getByLabel(/I have read what it may set off/))
  await hands.press(page, page.getByRole('button', { name: 'Sign with passkey' }))
  await page.getByText('The call may run once').waitFor()
  const target = await sentence.locator('code').first().innerText()
  return target
}

/** By a client of the shop that shares nothing with the gateway. */
async function seenFromOutside(stage: PracticeStage, target: string): Promise<void> {
  const [, port = '', suspect = '', host = ''] = await stage.reads(
    /probe-client\.ts (\d+) (\S+) (\S+)/,
  )
  expect(suspect).toBe(target)
  const look = (address: string) =>
    runProgram(process.execPath, 'range/probe-client.ts', port, address, host)
  expect((await look(suspect)).out.trim()).toBe('refused')
  expect((await look(BYSTANDER)).out.trim()).toBe('served')
}

/** Who asked, who decided and what came of it, in the timeline, covered by a signed checkpoint. */
async function readTheCase(page: Page, hands: Hands, target: string): Promise<void> {
  await hands.go(page, 'Cases')
  await hands.press(page, page.getByRole('link', { name: new RegExp(CASE_REF) }).first())
  await hands.press(page, page.locator('summary', { hasText: /^Evidence$/ }))
  await hands.write(page, page.getByLabel('Search the evidence'), `${target} failed`)
  await page.getByText(/results have these words/).waitFor()
  const result = page.getByRole('listitem').filter({ hasText: 'logs__execute_sql' }).first()
  await result.getByText(target).first().waitFor()
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.getByText('1 × acted outside').waitFor()
  const granted = timeline.getByRole('listitem').filter({ hasText: 'approved as shift lead' })
  await granted.getByText('Dana Okafor').waitFor()
  await hands.press(page, granted.locator('summary'))
  await granted.getByText('brute force, none accepted').waitFor()
  await granted.getByText(/in checkpoint/).waitFor()
}

/** Checks an entry in the page itself, and reads off the key that verifies the log. */
async function checkTheLedger(page: Page, hands: Hands): Promise<string> {
  await hands.go(page, 'Ledger')
  await hands.press(page, page.getByRole('button', { name: 'Check in this browser' }))
  const lines = page.getByRole('region', { name: 'Check an entry' }).getByRole('listitem')
  await lines.nth(2).waitFor()
  const held = (await lines.allInnerTexts()).map((line) => line.startsWith('holds'))
  expect(held).toEqual([true, true, true])
  const key = page.getByRole('region', { name: 'Latest checkpoint' }).locator('dd').last()
  return `log ${(await key.innerText()).trim()}\nquorum none\n`
}

/** Takes the case home as a file, and has it verified offline by a program that trusts only that key. */
async function exportAndVerify(
  { page }: Visitor,
  stage: PracticeStage,
  hands: Hands,
  trust: string,
): Promise<void> {
  await hands.go(page, 'Cases')
  await hands.press(page, page.getByRole('link', { name: new RegExp(CASE_REF) }).first())
  const file = join(stage.folder, 'case.countersign')
  const policy = join(stage.folder, 'trust.txt')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    hands.press(page, page.getByRole('button', { name: 'Export' })),
  ])
  await download.saveAs(file)
  writeFileSync(policy, trust)
  const verified = await runProgram(process.execPath, 'src/verify/main.ts', file, '--trust', policy)
  expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('verified')])
}
