/**
 * Who may import whom, as data. DESIGN 4 is the source; what is added here beyond it has its reason beside
 * it. The architecture test checks every import of src/ against this table, and that the editor's rules in
 * biome.json say the same.
 *
 * `values`: folders whose modules may be imported for their code (and types).
 * `types`: folders from which only `import type` is allowed.
 * `npm`, `node`: packages and Node built-ins any file of the folder may use. Single files that may use more
 * stand in FILE_EXCEPTIONS.
 */
export type FolderRule = {
  readonly rank: 0 | 1 | 2 | 3 | 4 | 5
  readonly values: readonly string[] | 'any'
  readonly types: readonly string[] | 'any'
  readonly npm: readonly string[] | 'any'
  readonly node: readonly string[] | 'any'
}

const RANK_1 = ['identity', 'catalogue', 'case', 'roster', 'task']
const RANK_2 = [
  'policy',
  'facts',
  'approval',
  'lease',
  'evidence',
  'disclosure',
  'ledger',
  'oversight',
  'notice',
]
const RANK_3 = ['enforcement', 'command']
const CONCEPTS = [...RANK_1, ...RANK_2, ...RANK_3]

// A roster and a task speak of people and agents, whose words (role, person, mode) belong to identity.
const rank1: FolderRule = {
  rank: 1,
  values: ['kernel'],
  types: ['identity'],
  npm: [],
  node: [],
}
const rank2: FolderRule = {
  rank: 2,
  values: ['kernel', ...RANK_1],
  types: ['policy'],
  npm: [],
  node: [],
}
const rank3: FolderRule = {
  rank: 3,
  values: ['kernel', ...RANK_1, ...RANK_2],
  types: [],
  npm: [],
  node: [],
}
/** They implement ports: they take types and the kernel, and rules stay where they are. */
const implementer: FolderRule = {
  rank: 4,
  values: ['kernel'],
  types: CONCEPTS,
  npm: 'any',
  node: 'any',
}

export const FOLDERS: Readonly<Record<string, FolderRule>> = {
  kernel: { rank: 0, values: [], types: [], npm: [], node: [] },

  identity: rank1,
  // Mappings from arguments to actions are CEL, compiled where the entry is read.
  catalogue: { ...rank1, npm: ['@marcbachmann/cel-js'] },
  case: rank1,
  roster: rank1,
  task: rank1,

  policy: rank2,
  facts: rank2,
  approval: rank2,
  // A lease is compared in constant time and signed; randomness still comes in as an argument.
  lease: { ...rank2, node: ['node:crypto'] },
  evidence: rank2,
  disclosure: rank2,
  // Leaf and node hashes, Ed25519, AES-GCM of payloads. No other built-in: the verifier runs this code too.
  ledger: { ...rank2, node: ['node:crypto'] },
  oversight: rank2,
  notice: rank2,

  enforcement: rank3,
  // Agent verbs wait and act through the spine; the spine knows no command (ADR 0005).
  command: { ...rank3, values: [...rank3.values, 'enforcement'] },

  contract: { rank: 4, values: ['kernel'], types: [], npm: ['zod'], node: [] },
  // The store appends entries, so it runs the ledger's tree and entry checks inside its transaction.
  store: { ...implementer, values: ['kernel', 'ledger'] },
  // A file on disk is read with the concept's own parser; the rules themselves stay pure (ADR 0005).
  adapters: { ...implementer, values: ['kernel', ...RANK_1, ...RANK_2] },
  faces: {
    rank: 4,
    values: ['kernel', ...CONCEPTS, 'contract'],
    types: [],
    npm: 'any',
    node: 'any',
  },
  // Runs at a stranger's: no npm, no product, only Node. The transitive rule below is stricter still.
  verify: { rank: 4, values: ['kernel', 'ledger'], types: [], npm: [], node: 'any' },

  cli: { rank: 5, values: 'any', types: 'any', npm: 'any', node: 'any' },
}

/** The files at the top of src/ know every folder. Nothing may import them except cli/. */
export const ROOT_FILES: readonly string[] = [
  'main.ts',
  'wiring.ts',
  'wiring-facts.ts',
  'wiring-ledger.ts',
  'wiring-lending.ts',
  'wiring-options.ts',
  'wiring-refresh.ts',
  'wiring-plans.ts',
  'wiring-tasks.ts',
  'config.ts',
  'config-brokers.ts',
  'config-channels.ts',
]

/** Outside src/: the demo starts the practice range, as an operator would; nothing else knows that it exists. */
export const RANGE_USER = 'cli'

/** What one file may use beyond its folder. */
export const FILE_EXCEPTIONS: Readonly<
  Record<string, { readonly npm?: readonly string[]; readonly node?: readonly string[] }>
> = {
  'src/kernel/canonical-json.ts': { npm: ['canonicalize'] },
  'src/kernel/digest.ts': { node: ['node:crypto'] },
}

/**
 * Doors: an exported name that only some folders may import. The right to send a frame is minted where the
 * dispatch is made durable and spent where it is sent, and nowhere else (R5).
 */
export const DOORS: readonly {
  readonly module: string
  readonly name: string
  readonly folder: string
}[] = [
  { module: 'src/kernel/dispatch-slot.ts', name: 'mintSlot', folder: 'store' },
  { module: 'src/kernel/dispatch-slot.ts', name: 'openSlot', folder: 'adapters' },
  // Secret bytes are looked into where they are put to use, and nowhere else (R26).
  { module: 'src/lease/material.ts', name: 'fieldsOf', folder: 'adapters' },
]

/** Up to this rank code is handed clock, timers, randomness and network; it never reaches for them. */
export const PURE_UP_TO_RANK = 3

/** The only source file that reads environment variables. */
export const ENVIRONMENT_READER = 'src/config.ts'
