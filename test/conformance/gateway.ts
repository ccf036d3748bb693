/** The gateway under the conformance suite: the fixture as its one upstream, everything allowed. */
import { startTestGateway } from '../harness/mcp-gateway.ts'
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
  const gateway = await startTestGateway({
    upstreams: [
      {
        id: 'fixture',
        transport: 'streamable-http',
        url: fixture.url,
        asks: ['sampling', 'elicitation', 'roots'],
      },
    ],
    secrets: { fixture: { kind: 'bearer', value: { token: FIXTURE_TOKEN } } },
  })
  return {
    url: `${gateway.url}/mcp/u/fixture`,
    token: async () => 'token-a',
    close: async () => {
      await gateway.close()
      await fixture.close()
    },
  }
}
