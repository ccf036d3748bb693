/**
 * A real browser on the console of a real gateway. Debian's Chromium; nothing is downloaded, so where it is not
 * installed these tests are skipped and say so.
 */
import { existsSync } from 'node:fs'
// biome-ignore lint/correctness/noUnresolvedImports: the package re-exports its types in a way Biome does not follow
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

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

export type { Browser, Page }
export type Locator = ReturnType<Page['locator']>

export type Visitor = {
  readonly page: Page
  readonly context: BrowserContext
  readonly noise: string[]
}

export async function launch(): Promise<Browser> {
  return start(CHROMIUMS[0])
}

/** With everything a person has around the page. */
export async function launchWhole(): Promise<Browser> {
  return start(CHROMIUMS.at(-1))
}

function start(executablePath = ''): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

/** A fresh visitor. `noise` collects what a page must never say: script errors and policy violations. */
export async function visit(browser: Browser, baseUrl: string, look: Look = {}): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    colorScheme: look.scheme ?? 'light',
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    deviceScaleFactor: look.scale ?? 1,
    hasTouch: look.hasTouch ?? false,
    isMobile: look.hasTouch ?? false,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const noise: string[] = []
  page.on('pageerror', (error) => noise.push(String(error)))
  page.on('console', (message) => {
    const isRefusal = /status of (401|403|404|409|412)/.test(message.text())
    if (message.type() === 'error' && !isRefusal) noise.push(message.text())
  })
  return { page, context, noise }
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
