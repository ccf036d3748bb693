/**
 * The gateway under the conformance suite: the whole product with the fixture as its one upstream. Everything
 * the fixture offers was reviewed as a read, so policy lets it run; nothing is switched off.
 */

import { reviewAll } from '../harness/mcp-review.ts'
import { startPlane, taskToken } from '../harness/plane.ts'
import { startFixture } from './fixture.ts'

export type ConformanceGateway = {
  /** The address of the fixture through the gateway, its names unchanged. */
  readonly url: string
  readonly token: () => Promise<string>
  readonly close: () => Promise<void>
}

const FIXTURE_TOKEN = 'only-the-gateway-holds-this'

export async function startConformanceGateway(): Promise<ConformanceGateway> {
  const fixture = await startFixture(FIXTURE_TOKEN)
  const plane = await startPlane({
    upstreams: [
      {
        id: 'fixture',
        transport: 'streamable-http',
        url: fixture.url,
        asks: ['sampling', 'elicitation', 'roots'],
        credential: { kind: 'bearer', value: { token: FIXTURE_TOKEN } },
        trustsShippedEntries: false,
      },
    ],
  })
  await reviewAll(plane, 'fixture')
  // One task for the whole run; its token outlives it.
  const token = await taskToken(plane)
  return {
    url: `${plane.gateway.baseUrl}/mcp/u/fixture`,
    token: async () => token,
    close: async () => {
      await plane.close()
      await fixture.close()
    },
  }
}
