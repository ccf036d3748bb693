/** Part of the configuration: brokers, and which tools are called with what they lend. */
import type { BrokerSpec } from './adapters/broker-spec.ts'
import type { UpstreamSpec } from './adapters/upstream-spec.ts'
import type { ConfigFile } from './contract/config-file.ts'
import { Failure } from './kernel/failure.ts'
import type { Placement } from './lease/placement.ts'
import type { ToolRule } from './lease/rule.ts'

type Given = ConfigFile['upstreams'][number]['lending'][number]

export function brokerOf(given: ConfigFile['brokers'][number]): BrokerSpec {
  switch (given.kind) {
    case 'sealed':
      return given
  }
}

/** Throws `config_invalid` for a broker that is not there or a place its server does not have. */
export function toolRule(
  upstream: UpstreamSpec,
  given: Given,
  brokers: readonly { readonly id: string }[],
): ToolRule {
  const { tools, broker, place, max_seconds: maxSeconds } = given
  const wrong = (what: string) => new Failure('config_invalid', `upstreams.${upstream.id}: ${what}`)
  if (!brokers.some(({ id }) => id === broker)) throw wrong(`there is no broker "${broker}"`)
  const placement = placementOf(place)
  const isOfChild = placement.kind === 'environment'
  if (isOfChild !== (upstream.transport === 'stdio')) {
    throw wrong(
      isOfChild ? 'only a stdio server has an environment' : 'a stdio server has no headers',
    )
  }
  return {
    ...{ upstream: upstream.id, tools, broker, placement, maxTtlMs: maxSeconds * 1000 },
    audience: upstream.transport === 'stdio' ? upstream.id : upstream.url,
  }
}

function placementOf(place: Given['place']): Placement {
  if ('bearer' in place) return { kind: 'bearer', field: place.bearer }
  if ('basic' in place) return { kind: 'basic', ...place.basic }
  if ('headers' in place) return { kind: 'headers', headers: place.headers }
  return { kind: 'environment', variables: place.environment }
}
