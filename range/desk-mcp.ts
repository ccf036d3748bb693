/**
 * The practice case desk as an MCP server over stdio: cases with notes, severity, assignee and an end.
 *
 * Environment: RANGE_DATA (folder).
 */
import { join } from 'node:path'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { answer, refuse } from './answer.ts'
import { CASES } from './seed.ts'
import { requiredSetting } from './settings.ts'
import { stateFile } from './state-file.ts'

const MAX_REF_CHARS = 32
const MAX_NOTE_CHARS = 8_000
const MAX_REASON_CHARS = 500
const MAX_NAME_CHARS = 64

const severity = z.int().min(1).max(5).describe('1 is the worst, 5 the mildest')
const note = z.strictObject({ at: z.string(), text: z.string() })
const deskCase = z.strictObject({
  case: z.string(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  severity,
  tags: z.array(z.string()),
  assignee: z.string(),
  resolution: z.string().nullable(),
  notes: z.array(note),
})
type DeskCase = z.infer<typeof deskCase>

const ref = z.string().min(1).max(MAX_REF_CHARS).describe('Case number, for example INC-482')
const reason = z.string().min(1).max(MAX_REASON_CHARS)
const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const
const CHANGES = { destructiveHint: false, openWorldHint: false } as const

const desk = stateFile<{ readonly cases: readonly DeskCase[] }>(
  join(requiredSetting('RANGE_DATA'), 'desk.json'),
  {
    cases: CASES.map(({ ref: number, ...seed }) => ({
      case: number,
      ...seed,
      tags: [...seed.tags],
      resolution: null,
      notes: [],
    })),
  },
)

/** Changes one open case and answers with it; a closed or unknown case stays as it is. */
function change(number: string, next: (record: DeskCase) => DeskCase) {
  let found: DeskCase | undefined
  const { cases } = desk.change((state) => {
    found = state.cases.find((each) => each.case === number)
    if (found?.state !== 'open') return state
    return { cases: state.cases.map((each) => (each.case === number ? next(each) : each)) }
  })
  if (found === undefined) return refuse(`There is no case ${number}.`)
  if (found.state === 'closed') return refuse(`Case ${number} is closed.`)
  return answer(cases.find((each) => each.case === number) ?? found)
}

function withNote(record: DeskCase, text: string): DeskCase {
  return { ...record, notes: [...record.notes, { at: new Date().toISOString(), text }] }
}

function registerReads(server: McpServer): void {
  server.registerTool(
    'get_case',
    {
      title: 'Show a case',
      description: 'Shows one case with its notes.',
      inputSchema: z.strictObject({ case: ref }),
      outputSchema: deskCase,
      annotations: READ_ONLY,
    },
    (args) => {
      const record = desk.read().cases.find((each) => each.case === args.case)
      return record === undefined ? refuse(`There is no case ${args.case}.`) : answer(record)
    },
  )
  server.registerTool(
    'list_cases',
    {
      title: 'List cases',
      description: 'Lists cases without their notes.',
      inputSchema: z.strictObject({ state: z.enum(['open', 'closed']).optional() }),
      outputSchema: z.strictObject({ cases: z.array(deskCase.omit({ notes: true })) }),
      annotations: READ_ONLY,
    },
    (args) => {
      const chosen = desk.read().cases.filter((each) => each.state === (args.state ?? each.state))
      return answer({ cases: chosen.map(({ notes: _notes, ...rest }) => rest) })
    },
  )
}

function registerTriage(server: McpServer): void {
  server.registerTool(
    'add_note',
    {
      title: 'Add a note',
      description: 'Adds a note to an open case. Notes are never changed or removed.',
      inputSchema: z.strictObject({ case: ref, text: z.string().min(1).max(MAX_NOTE_CHARS) }),
      outputSchema: deskCase,
      annotations: CHANGES,
    },
    (args) => change(args.case, (record) => withNote(record, args.text)),
  )
  server.registerTool(
    'set_severity',
    {
      title: 'Set the severity',
      description: 'Sets the severity of an open case.',
      inputSchema: z.strictObject({ case: ref, severity, reason }),
      outputSchema: deskCase,
      annotations: CHANGES,
    },
    (args) =>
      change(args.case, (record) =>
        withNote(
          { ...record, severity: args.severity },
          `Severity ${record.severity} to ${args.severity}: ${args.reason}`,
        ),
      ),
  )
  server.registerTool(
    'assign_case',
    {
      title: 'Assign a case',
      description: 'Makes a person the assignee of an open case.',
      inputSchema: z.strictObject({ case: ref, assignee: z.string().min(1).max(MAX_NAME_CHARS) }),
      outputSchema: deskCase,
      annotations: CHANGES,
    },
    ({ assignee, ...args }) => change(args.case, (record) => ({ ...record, assignee })),
  )
}

function registerClosing(server: McpServer): void {
  server.registerTool(
    'close_case',
    {
      title: 'Close a case',
      description: 'Closes an open case with a resolution. A closed case takes no more changes.',
      inputSchema: z.strictObject({
        case: ref,
        resolution: z.enum(['true_positive', 'false_positive', 'benign', 'duplicate']),
        summary: z.string().min(1).max(MAX_NOTE_CHARS),
      }),
      outputSchema: deskCase,
      annotations: { destructiveHint: true, openWorldHint: false },
    },
    ({ resolution, ...args }) =>
      change(args.case, (record) =>
        withNote({ ...record, state: 'closed', resolution }, args.summary),
      ),
  )
}

serveStdio(() => {
  const server = new McpServer({ name: 'range-desk', version: '1.0.0' })
  registerReads(server)
  registerTriage(server)
  registerClosing(server)
  return server
})
