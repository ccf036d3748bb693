/**
 * `npm run bench -- NAME [--short] [--json] [--profile DIR]`, NAME one of those below: measures one part of the
 * product against a floor. Prints a table, or with `--json` the same as one JSON document. Exits 1 when a whole
 * run shows a limit that was not kept, 2 when called wrongly; a short run is too rough to judge and only says so.
 */
import { parseArgs } from 'node:util'
import { type Bench, jsonOf, textOf } from './report.ts'

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  gateway: async () => (await import('./gateway.ts')).benchGateway,
  decision: async () => (await import('./decision.ts')).benchDecision,
  ledger: async () => (await import('./ledger.ts')).benchLedger,
  effect: async () => (await import('./effect.ts')).benchEffect,
  verify: async () => (await import('./verify.ts')).benchVerify,
  stop: async () => (await import('./stop.ts')).benchStop,
  lease: async () => (await import('./lease.ts')).benchLease,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
})

const [name = ''] = positionals
const load = BENCHES[name]
if (load === undefined || positionals.length !== 1) {
  console.error(
    `usage: npm run bench -- <${Object.keys(BENCHES).join('|')}> [--short] [--json] [--profile DIR]`,
  )
  process.exit(2)
}
const bench = await load()
const report = await bench({
  isShort: values.short,
  profileDir: values.profile,
  progress: (line) => console.error(`  ${line}`),
})
console.log(values.json ? jsonOf(report) : textOf(report))
const isKept = report.limits.every((limit) => limit.isKept)
process.exitCode = values.short || isKept ? 0 : 1
