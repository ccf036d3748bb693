/** docs/reference/errors.md, and the table of refusals in the guide for agent authors. */
import { readFileSync } from 'node:fs'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { FAILURES, type FailureCode, isFailureCode } from '../../src/kernel/failure.ts'
import { code, GENERATED, table } from './markdown.ts'

const SOURCE = `${import.meta.dirname}/../../src/kernel/failure.ts`

const WHO = {
  agent: 'the agent',
  caller: 'the caller',
  person: 'a person',
  operator: 'the operator',
  peer: 'the tool server',
  us: 'the maintainers',
} as const

export function errorsPage(): string {
  const sections = [...codesBySection()].map(
    ([section, codes]) => `\n## ${section}\n\n${table(HEADS, codes.map(rowOf))}`,
  )
  return `# Error codes

${GENERATED}

Every no has one of these codes, and the same code means the same everywhere:

- over HTTP in \`code\` of a problem (RFC 9457), whose \`type\` is \`<base_url>/problems/<code>\`;
- in MCP as \`countersign.code\`, in the text of a tool result or in the \`data\` of a JSON-RPC error;
- at \`/oauth/token\` in \`countersign_code\`, beside the \`error\` of RFC 6749;
- on the command line after \`error\`, with the exit code given here;
- in the ledger as the \`reason\` of a decision, a refusal or an outcome.

The next step is the one sentence that comes with the code. "Who" is who has to take it.
${sections.join('')}`
}

/** What an agent can be refused with, for those who write agents. */
export function agentTable(): string {
  const codes = Object.keys(FAILURES).filter(isFailureCode)
  const forAgents = codes.filter((each) => FAILURES[each].who === 'agent')
  return table(
    ['code', 'what it means', 'what the agent does next'],
    forAgents.map((each) => [code(each), `${FAILURES[each].title}.`, FAILURES[each].next]),
  )
}

const HEADS = ['code', 'HTTP', 'exit', 'what it means', 'who', 'next step']

function rowOf(each: FailureCode): readonly string[] {
  const { who, status, title, next } = FAILURES[each]
  return [code(each), String(status), String(exitCodeOf(each)), `${title}.`, WHO[who], next]
}

/** The sections are the comments between the rows of the source, so that both read in one order. */
function codesBySection(): ReadonlyMap<string, readonly FailureCode[]> {
  const sections = new Map<string, FailureCode[]>()
  let section = ''
  for (const line of readFileSync(SOURCE, 'utf8').split('\n')) {
    const comment = /^ {2}\/\/ (.+)$/.exec(line)?.[1]
    if (comment !== undefined) section = `${comment.charAt(0).toUpperCase()}${comment.slice(1)}`
    const each = /^ {2}(\w+): row\(/.exec(line)?.[1]
    if (each !== undefined && isFailureCode(each))
      sections.set(section, [...(sections.get(section) ?? []), each])
  }
  return sections
}
