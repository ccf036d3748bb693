/** CACAO 2.0 playbooks of our own, made of a few actions in a row. */
import type { JsonObject } from '../../src/kernel/strict-json.ts'

const EXTENSION = 'extension-definition--7d4b6f0a-2f0c-4f2e-9a55-0f6f0b1c2d3e'

export function action(tool: string, args: object, more: object = {}): JsonObject {
  return {
    type: 'action',
    name: tool,
    commands: [{ type: 'http-api', command: 'POST /api HTTP/1.1' }],
    step_extensions: {
      [EXTENSION]: { type: 'x-countersign-step', tool, arguments: args, ...more },
    },
  } as unknown as JsonObject
}

/** `steps` as `action--1`, `action--2`, ... one after the other; what a step says of its own stays. */
export function playbookOf(steps: readonly JsonObject[], more: object = {}): JsonObject {
  const next = (at: number) => (at < steps.length ? `action--${at + 1}` : 'end--1')
  const actions = steps.map((step, at) => [
    next(at),
    Object.hasOwn(step, 'on_completion') ? step : { ...step, on_completion: next(at + 1) },
  ])
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: 'playbook--0b1d7e9c-5a55-4c69-9d7c-7d7d0d3f6d11',
    name: 'a playbook',
    workflow_start: 'start--1',
    workflow: {
      'start--1': { type: 'start', on_completion: next(0) },
      ...Object.fromEntries(actions),
      'end--1': { type: 'end' },
    },
    ...more,
  } as unknown as JsonObject
}
