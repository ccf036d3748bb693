/** A tool for people. */
import type { z } from 'zod'
import type { ToolDefinition } from '../catalogue/tool.ts'
import type { tool as toolSchema } from '../contract/tools.ts'
import { visible } from '../kernel/visible-text.ts'
import { shortCode } from './digest-text.ts'
import { listText } from './table.ts'

export type ToolWire = z.output<typeof toolSchema>

export const STATUS = {
  quarantined: 'blocked pending review',
  approved: 'reviewed',
  suspended: 'suspended',
} as const

/** The tool with its whole definition; everything the server wrote is shown with its hidden characters. */
export function toolText(tool: ToolWire, definition: ToolDefinition): string {
  const head = listText([
    ['tool', tool.exposed_name],
    ['kind', tool.kind],
    ['status', STATUS[tool.status]],
    ['findings', tool.findings.length === 0 ? undefined : tool.findings.join(', ')],
    ['effect', tool.effect],
    ['reviewed by', tool.reviewed_by],
    ['definition', `${shortCode(tool.definition_digest)}  ${tool.definition_digest}`],
  ])
  const text = JSON.stringify(definition, undefined, 2).split('\n').map(visible).join('\n')
  return `${head}\n${text}\n`
}
