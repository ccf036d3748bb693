/**
 * A real browser on the console of a real gateway. Debian's Chromium; nothing is downloaded, so where it is not
 * installed these tests are skipped and say so.
 */
import { existsSync } from 'node:fs'
// biome-ignore lint/correctness/noUnresolvedImports: the package re-exports its types in a way Biome does not follow
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Debian's Chromium, first without the windows and menus around it: the same engine, for a third less CPU. */
const CHROMIUMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].filter((path) =>
  existsSync(path),
)
const CONSOLE = new URL('../../console/dist/index.html', import.meta.url)

/** What a group of browser tests needs; its title says it, so that a skipped one is understood. */
export const NEEDS = 'in a browser (needs Debian’s chromium and a built console: npm run console)'
export const canBrowse = CHROMIUMS.length > 0 && existsSync(CONSOLE)

export type Look = {
  readonly scheme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  /** A phone: it is touched, and its pages are laid out as a phone lays them out. */
  readonly hasTouch?: boolean
  /** Pixels of the device to one of the page. */
  readonly scale?: number
}

export type { Browser, BrowserContext, Page }
export type Locator = ReturnType<Page['locator']>

export type Visitor = {
  readonly page: Page
  readonly context: BrowserContext
  readonly noise: string[]
}

/** Pages of one site in one context share a process, so what one of them has compiled the next one finds. */
export async function launch(): Promise<Browser> {
  return start(CHROMIUMS[0], ['--process-per-site'])
}

/** With everything a person has around the page. */
export async function launchWhole(): Promise<Browser> {
  return start(CHROMIUMS.at(-1))
}

function start(executablePath = '', args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] })
}

/** A fresh visitor, gone with the test: a page left open asks again whenever something happens. */
export async function visit(browser: Browser, baseUrl: string, look: Look = {}): Promise<Visitor> {
  const context = await newContext(browser, baseUrl, look)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  return { page, context, noise: noiseOf(page) }
}

export function newContext(
  browser: Browser,
  baseURL: string,
  look: Look = {},
): Promise<BrowserContext> {
  return browser.newContext({
    baseURL,
    colorScheme: look.scheme ?? 'light',
    viewport: sizeOf(look),
    deviceScaleFactor: look.scale ?? 1,
    hasTouch: look.hasTouch ?? false,
    isMobile: look.hasTouch ?? false,
    reducedMotion: 'reduce',
  })
}

export function sizeOf({ width = 1440, height = 900 }: Look): { width: number; height: number } {
  return { width, height }
}

/** Collects what a page must never say: script errors and policy violations. */
export function noiseOf(page: Page): string[] {
  const noise: string[] = []
  page.on('pageerror', (error) => noise.push(String(error)))
  page.on('console', (message) => {
    const isRefusal = /status of (401|403|404|409|412)/.test(message.text())
    if (message.type() === 'error' && !isRefusal) noise.push(message.text())
  })
  return noise
}

/** A key whose counter goes back is a copied key and refused; every device here holds the same few keys. */
let uses = 0

/** A device that can hold passkeys, and unlocks them without asking. */
export async function holdDevice({ page, context }: Visitor) {
  const devices = await context.newCDPSession(page)
  await devices.send('WebAuthn.enable')
  const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { devices, authenticatorId }
}

/** Puts a person's passkey on the visitor's device. */
export async function holdKey(
  visitor: Visitor,
  key: { readonly credential: string; readonly pkcs8: Buffer },
): Promise<void> {
  uses += 100
  const { devices, authenticatorId } = await holdDevice(visitor)
  await devices.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: Buffer.from(key.credential, 'base64url').toString('base64'),
      privateKey: key.pkcs8.toString('base64'),
      rpId: 'localhost',
      isResidentCredential: false,
      signCount: uses,
    },
  })
}

/** Signs in with an API token and waits for the frame around the views. */
export async function signIn({ page }: Visitor, token: string, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByLabel('Or use your API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('main').waitFor()
}
