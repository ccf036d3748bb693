/** Part of the configuration: brokers, and which tools are called with what they lend. */
import type { BrokerSpec } from './adapters/broker-spec.ts'
import type { UpstreamSpec } from './adapters/upstream-spec.ts'
import type { ConfigFile } from './contract/config-file.ts'
import { Failure } from './kernel/failure.ts'
import type { Placement } from './lease/placement.ts'
import type { ToolRule } from './lease/rule.ts'

type Given = ConfigFile['upstreams'][number]['lending'][number]

type GivenBroker = ConfigFile['brokers'][number]

/** How files are named and read: from the folder of the configuration; a secret anew each time. */
export type Files = {
  readonly at: (file: string) => string
  readonly secret: (file: string) => () => string
}

/** Throws `config_invalid` for a secret file that is missing or empty. */
export function brokerOf(given: GivenBroker, files: Files): BrokerSpec {
  if (given.kind === 'sealed') return given
  const { id, max_seconds: maxSeconds } = given
  const common = { id, maxTtlMs: maxSeconds * 1000 }
  switch (given.kind) {
    case 'postgres':
      return { ...common, ...postgresOf(given, files) }
    case 'ssh':
      return { ...common, ...sshOf(given, files) }
    case 'vault':
      return { ...common, ...vaultOf(given, files) }
    case 'aws':
      return { ...common, ...awsOf(given, files) }
    case 'github': {
      const { kind, url, app, installation, terms } = given
      const privateKey = files.secret(given.private_key_file)
      return { ...common, kind, url, app, installation, terms, privateKey }
    }
    case 'oauth':
      return { ...common, ...oauthOf(given, files) }
  }
}

type Of<K extends GivenBroker['kind']> = Extract<GivenBroker, { kind: K }>
type Rest<K extends BrokerSpec['kind']> = Omit<Extract<BrokerSpec, { kind: K }>, 'id' | 'maxTtlMs'>

function postgresOf(given: Of<'postgres'>, { secret }: Files): Rest<'postgres'> {
  const { kind, host, port, database, user, security, terms, ca_file: ca } = given
  return {
    ...{ kind, host, port, database, user, security, terms },
    password: secret(given.password_file),
    ...(ca === undefined ? {} : { ca: secret(ca) }),
  }
}

function sshOf(given: Of<'ssh'>, { at }: Files): Rest<'ssh'> {
  const { kind, sources, terms, revocation } = given
  const { file = '', reaches_seconds: seconds = 0 } = revocation ?? {}
  return {
    ...{ kind, sources, terms, authorityFile: at(given.authority_file) },
    ...(revocation && { revocation: { file: at(file), reachesMs: seconds * 1000 } }),
  }
}

function vaultOf(given: Of<'vault'>, { secret }: Files): Rest<'vault'> {
  const { kind, url, namespace, role } = given
  return {
    ...{ kind, url, mayList: given.may_list, token: secret(given.token_file) },
    ...(namespace === undefined ? {} : { namespace }),
    ...(role === undefined ? {} : { role }),
    terms: given.terms.map(({ parameters, ...terms }) => ({
      ...terms,
      ...(parameters === undefined ? {} : { parameters }),
    })),
  }
}

function awsOf(given: Of<'aws'>, { secret }: Files): Rest<'aws'> {
  const { kind, region, url = `https://sts.${region}.amazonaws.com/` } = given
  return {
    ...{ kind, region, url },
    accessKeyId: secret(given.access_key_id_file),
    secretAccessKey: secret(given.secret_access_key_file),
    // Read once: what a session may do changes with a restart and not under way.
    terms: given.terms.map(({ tools, role_arn: roleArn, policy_file: policy }) => ({
      ...{ tools, roleArn },
      policy: secret(policy)(),
    })),
  }
}

function oauthOf(given: Of<'oauth'>, { secret }: Files): Rest<'oauth'> {
  const { kind, terms, revocation_url: revocationUrl } = given
  const { subject_token_file: subject, subject_token_type: subjectTokenType } = given
  return {
    ...{ kind, terms, tokenUrl: given.token_url, clientId: given.client_id },
    clientSecret: secret(given.client_secret_file),
    sendsResource: given.sends_resource,
    ...(revocationUrl === undefined ? {} : { revocationUrl }),
    ...(subject === undefined ? {} : { subjectToken: secret(subject) }),
    ...(subjectTokenType === undefined ? {} : { subjectTokenType }),
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
