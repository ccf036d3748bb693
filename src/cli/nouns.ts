/** The nouns of the command line. Each one's commands lie in a file that is only read when it is called. */
import type { Command } from 'commander'
import type { Cli } from './context.ts'

export type AddCommands = (noun: Command, cli: Cli) => void

export type Noun = {
  readonly summary: string
  readonly load: () => Promise<AddCommands>
}

// biome-ignore format: a table reads best with one row per line
export const NOUNS: Readonly<Record<string, Noun>> = {
  serve: { summary: 'run the gateway', load: async () => (await import('./serve-command.ts')).serveCommand },
  demo: { summary: 'run the gateway with a practice range and a scripted agent', load: async () => (await import('./demo-command.ts')).demoCommand },
  init: { summary: 'make a configuration, the data directory and the first person', load: async () => (await import('./init-command.ts')).initCommand },
  doctor: { summary: 'check an installation and say what to do', load: async () => (await import('./doctor-command.ts')).doctorCommand },
  login: { summary: 'print a one-time link into the console', load: async () => (await import('./login-command.ts')).loginCommand },
  approval: { summary: 'pending approvals: look, approve, deny, take over', load: async () => (await import('./approval-commands.ts')).approvalCommands },
  call: { summary: 'what calls did, and taking it back', load: async () => (await import('./call-commands.ts')).callCommands },
  containment: { summary: 'what is contained now: list, extend', load: async () => (await import('./containment-commands.ts')).containmentCommands },
  plan: { summary: 'chains of calls: list, show, propose, import, approve, deny, stop, standing', load: async () => (await import('./plan-commands.ts')).planCommands },
  stop: { summary: 'halt an agent, a tool, all writes or everything', load: async () => (await import('./stop-commands.ts')).stopCommand },
  resume: { summary: 'end a stop', load: async () => (await import('./stop-commands.ts')).resumeCommand },
  agent: { summary: 'agents: list, register, activate, suspend, retire', load: async () => (await import('./agent-commands.ts')).agentCommands },
  task: { summary: 'agent sessions: open, list, close', load: async () => (await import('./task-commands.ts')).taskCommands },
  tool: { summary: 'tools of connected servers: list, diff, review', load: async () => (await import('./tool-commands.ts')).toolCommands },
  person: { summary: 'people, their roles and certificates', load: async () => (await import('./person-commands.ts')).personCommands },
  passkey: { summary: 'passkeys: list, enrol, vouch, revoke', load: async () => (await import('./passkey-commands.ts')).passkeyCommands },
  roster: { summary: 'who is on duty', load: async () => (await import('./roster-commands.ts')).rosterCommands },
  change: { summary: 'changes that need two people: list, confirm, reject, review', load: async () => (await import('./change-commands.ts')).changeCommands },
  delegation: { summary: 'authority that was lent: list, add, end', load: async () => (await import('./delegation-commands.ts')).delegationCommands },
  review: { summary: 'decisions to look at again: list, give', load: async () => (await import('./review-commands.ts')).reviewCommands },
  secret: { summary: 'secrets kept here for tools without a broker: list, put, remove', load: async () => (await import('./secret-commands.ts')).secretCommands },
  lease: { summary: 'credentials that are borrowed now: list', load: async () => (await import('./lease-commands.ts')).leaseCommands },
  asset: { summary: 'the inventory: list, put', load: async () => (await import('./asset-commands.ts')).assetCommands },
  import: { summary: 'people, roles, certificates or assets from a CSV file', load: async () => (await import('./import-commands.ts')).importCommand },
  notice: { summary: 'messages to people, and whether they arrived', load: async () => (await import('./notice-commands.ts')).noticeCommands },
  policy: { summary: 'policy: check, test, explain, publish', load: async () => (await import('./policy-commands.ts')).policyCommands },
  case: { summary: 'cases: list, show, explain, export', load: async () => (await import('./case-commands.ts')).caseCommands },
  ledger: { summary: 'the ledger: checkpoint, prove, check', load: async () => (await import('./ledger-commands.ts')).ledgerCommands },
  verify: { summary: 'verify a case export offline', load: async () => (await import('./verify-command.ts')).verifyCommand },
}
