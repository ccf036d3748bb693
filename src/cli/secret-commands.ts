/**
 * Secrets kept here for tools that have no broker. A value comes from a file or from standard input, never from the
 * command line, where every process of the machine could read it; no command shows one.
 */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { putSecretAnswer, removeSecretAnswer, secretList } from '../contract/lending.ts'
import { personList } from '../contract/people.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { collect, namesById } from './lookup.ts'
import { tableText } from './table.ts'
import { spanText } from './time-text.ts'

type PutOptions = { readonly field: readonly string[] }

export function secretCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('secrets kept here, and how old they are')
    .action(() => list(cli))
  noun
    .command('put')
    .description('seal a secret, or the new value of one; calls use it from the next one on')
    .argument('<name>', 'as the broker of the configuration names it')
    .requiredOption(
      '--field <name=file>',
      'a field and the file with its value; `-` is standard input; several times',
      collect,
    )
    .action((name: string, options: PutOptions) => put(cli, name, options))
  noun
    .command('remove')
    .description('forget a secret; what borrows it is refused from now on')
    .argument('<name>')
    .action((name: string) => remove(cli, name))
}

async function list(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const answer = await gateway.get('/api/v1/secrets', secretList)
  const { people } = await gateway.get('/api/v1/people', personList)
  const person = namesById(people, ({ name }) => name)
  const nowMs = Date.now()
  const rows = answer.secrets.map((secret) => [
    secret.name,
    secret.fields.join(' '),
    spanText(nowMs - secret.sealed_at_ms),
    person(secret.sealed_by),
  ])
  const heads = ['SECRET', 'FIELDS', 'AGE', 'SEALED BY']
  cli.show(answer, () => (rows.length === 0 ? 'No secret is kept here.\n' : tableText(heads, rows)))
}

async function put(cli: Cli, name: string, { field }: PutOptions): Promise<void> {
  const fields = Object.fromEntries(field.map(fieldOf))
  const path = `/api/v1/secrets/${encodeURIComponent(name)}`
  const answer = await cli.gateway().send('PUT', path, { fields }, putSecretAnswer)
  cli.show(answer, () => `Sealed: ${name}. You may remove the file now.\n`)
}

async function remove(cli: Cli, name: string): Promise<void> {
  const path = `/api/v1/secrets/${encodeURIComponent(name)}`
  const answer = await cli.gateway().send('DELETE', path, {}, removeSecretAnswer)
  cli.show(answer, () => `Removed: ${name}.\n`)
}

function fieldOf(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new Failure('usage_invalid', '--field is a name, "=" and a file')
  const [name, file] = [text.slice(0, at), text.slice(at + 1)]
  return [name, readValue(file === '-' ? 0 : file)]
}

/** Without the line end an editor leaves. */
function readValue(file: string | 0): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Failure('usage_invalid', 'the file of the value cannot be read', { cause })
  }
}
