/**
 * One action of a playbook as a step of a plan. What a command of CACAO would do is a request somebody wrote down; what
 * runs here is a reviewed tool, which the author names in an extension of the step. A command that is a program for
 * somebody's machine has no place in a plan and is refused, whatever the extension says. Pure.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { wrong } from './plan-bound.ts'

/** `type` of the extension that binds an action to a tool. */
export const STEP_EXTENSION = 'x-countersign-step'
/** Requests to an interface, which a tool can stand for. Every other kind of command is refused by name. */
const COMMANDS: readonly string[] = ['http-api', 'openc2-http']
const EXTENSION_MEMBERS = ['tool', 'arguments', 'bounds', 'times', 'agent', 'compensation']
/** A reference of CACAO 2.0: `__name__:value`. */
const REFERENCE = /^(__[\w-]{1,80}__):value$/
const ANY_REFERENCE = /__[\w-]{1,80}__:value/
const INTEGER = /^-?\d{1,15}$/

/** A member of `steps` of a proposal. Throws `plan_invalid` naming the step. */
export function actionStep(place: string, step: JsonObject, playbook: JsonObject): JsonObject {
  requireRequests(place, step.commands)
  const { type: _type, ...bound } = extensionOf(place, step.step_extensions)
  const odd = Object.keys(bound).find((member) => !EXTENSION_MEMBERS.includes(member))
  if (odd !== undefined)
    throw wrong(place, `${STEP_EXTENSION} may only have: ${EXTENSION_MEMBERS.join(', ')}`)
  const own = isObject(step.step_variables) ? step.step_variables : {}
  const variables = { ...playbook, ...own }
  const { arguments: args, compensation } = bound
  return {
    ...bound,
    ...(args === undefined ? {} : { arguments: resolved(place, args, variables) }),
    ...(compensation === undefined
      ? {}
      : { compensation: resolved(place, compensation, variables) }),
  }
}

function requireRequests(place: string, commands: JsonValue | undefined): void {
  if (!Array.isArray(commands) || commands.length !== 1)
    throw wrong(place, 'an action has exactly one command')
  const [command] = commands
  const type = isObject(command) ? command.type : undefined
  if (typeof type !== 'string' || !COMMANDS.includes(type))
    throw wrong(place, `its command is none of: ${COMMANDS.join(', ')}; a plan runs no program`)
}

function extensionOf(place: string, extensions: JsonValue | undefined): JsonObject {
  const all: JsonValue[] = isObject(extensions) ? Object.values(extensions) : []
  const ours = all.filter(isObject).filter(({ type }) => type === STEP_EXTENSION)
  const [extension, ...others] = ours
  if (extension === undefined || others.length > 0)
    throw wrong(place, `it names its tool in one extension of type "${STEP_EXTENSION}"`)
  return extension
}

/** Variables become the values they stand for; one that may still change has no place in what is signed. */
function resolved(place: string, value: JsonValue, variables: JsonObject): JsonValue {
  if (typeof value === 'string') return textOf(place, value, variables)
  if (Array.isArray(value)) return value.map((each) => resolved(place, each, variables))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([name, each]): [string, JsonValue] => [
    name,
    resolved(place, each, variables),
  ])
  return Object.fromEntries(members)
}

function textOf(place: string, text: string, variables: JsonObject): JsonValue {
  const [, name] = REFERENCE.exec(text) ?? []
  if (name !== undefined) return constantOf(place, name, variables)
  if (ANY_REFERENCE.test(text))
    throw wrong(place, 'a variable stands for a whole value or not at all')
  return text
}

function constantOf(place: string, name: string, variables: JsonObject): JsonValue {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (!isObject(variable)) throw wrong(place, `${name} is not among the variables`)
  const { value, constant, type } = variable
  if (constant !== true || typeof value !== 'string')
    throw wrong(place, `${name} may change; give the argument a bound instead`)
  if (type !== 'integer') return value
  if (!INTEGER.test(value)) throw wrong(place, `${name} is not a whole number`)
  return Number(value)
}
