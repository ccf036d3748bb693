/** A gateway with people, an agent and requests that wait, and a browser in front of it. */
import { createPrivateKey } from 'node:crypto'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { keyOf } from '../harness/passkeys.ts'
import type { PlaneOptions, TestPerson } from '../harness/plane.ts'
import { holdKey, type Look, launch, signIn, type Visitor } from './browser.ts'
import { openRoom } from './room.ts'

export type ConsoleWorld = {
  readonly net: NetPlane
  readonly browser: Awaited<ReturnType<typeof launch>>
  /** A visitor with this person's passkey, signed in as them and looking at this path. */
  readonly open: (person: TestPerson, path: string, look?: Look) => Promise<Visitor>
  /** A fresh agent that asks to block an address; answers the request and the address. */
  readonly ask: () => Promise<{ readonly id: string; readonly target: string }>
  readonly close: () => Promise<void>
}

/** Puts the passkey the harness gave this person on the visitor's device. */
export async function holdKeyOf(visitor: Visitor, person: TestPerson): Promise<void> {
  const { credential, privateKey } = keyOf(person)
  const key = createPrivateKey({ key: privateKey, format: 'jwk' })
  await holdKey(visitor, { credential, pkcs8: key.export({ type: 'pkcs8', format: 'der' }) })
}

export async function openWorld(options: PlaneOptions = {}): Promise<ConsoleWorld> {
  const net = await startNetPlane(options)
  const browser = await launch()
  const room = openRoom(browser, net.plane.gateway.baseUrl)
  return {
    net,
    browser,
    open: async (person, path, look) => {
      const visitor = await room.enter(look)
      await holdKeyOf(visitor, person)
      await signIn(visitor, person.token, path)
      return visitor
    },
    ask: async () => {
      const agent = await net.newAgent()
      const target = net.address()
      const id = await held(agent, target)
      await agent.close()
      return { id, target }
    },
    close: async () => {
      await browser.close()
      await net.plane.close()
    },
  }
}
