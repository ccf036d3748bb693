/**
 * The tools of the conformance fixture that ask the client something: for input, for sampling, for its roots.
 * Each is a function of what the client has answered so far, as the 2026 protocol has it.
 */
import {
  type InputRequests,
  inputRequired,
  ProtocolError,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { type FixtureTool, said } from './fixture-tools.ts'

type Answers = Readonly<Record<string, Record<string, unknown>>>
type Questions = NonNullable<InputRequests>

export function askingTools(codec: RequestStateCodec<string>): readonly FixtureTool[] {
  return [
    {
      name: 'test_sampling',
      description: 'Asks the client to sample',
      inputSchema: needs('prompt'),
      call: async (ctx, { prompt }) => {
        const answer = answersOf(ctx).sample
        return answer === undefined
          ? inputRequired({ inputRequests: { sample: sampling(String(prompt)) } })
          : said(`LLM response: ${JSON.stringify(answer.content)}`)
      },
    },
    {
      name: 'test_elicitation',
      description: 'Asks the user',
      inputSchema: needs('message'),
      call: asking('answer', ({ message }) =>
        form(String(message), USER_FORM, ['username', 'email']),
      ),
    },
    {
      name: 'test_elicitation_sep1034_defaults',
      description: 'Asks with defaults',
      call: asking('answer', () => form('Review the defaults', DEFAULTS_FORM, [])),
    },
    {
      name: 'test_elicitation_sep1330_enums',
      description: 'Asks with choices',
      call: asking('answer', () => form('Choose', ENUMS_FORM, [])),
    },
    {
      name: 'test_streaming_elicitation',
      description: 'Asks the user while a stream is open',
      call: asking('answer', () => form('Continue?', { ok: { type: 'boolean' } }, ['ok'])),
    },
    { name: 'test_input_required_result_elicitation', description: 'Asks for a name', call: greet },
    {
      name: 'test_input_required_result_sampling',
      description: 'Asks a question',
      call: async (ctx) => {
        const answer = answersOf(ctx).capital_question
        const question = sampling('What is the capital of France?')
        return answer === undefined
          ? inputRequired({ inputRequests: { capital_question: question } })
          : said(`Answer: ${JSON.stringify(answer.content)}`)
      },
    },
    {
      name: 'test_input_required_result_list_roots',
      description: 'Asks for roots',
      call: async (ctx) => {
        const answer = answersOf(ctx).client_roots
        return answer === undefined
          ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
          : said(`Roots: ${JSON.stringify(answer.roots)}`)
      },
    },
    {
      name: 'test_input_required_result_request_state',
      description: 'Carries state',
      call: confirming(codec),
    },
    {
      name: 'test_input_required_result_tampered_state',
      description: 'Carries state that may not be changed',
      call: confirming(codec),
    },
    {
      name: 'test_input_required_result_multiple_inputs',
      description: 'Asks three things at once',
      call: async (ctx) => {
        const answers = answersOf(ctx)
        const questions = threeQuestions()
        const isAnswered = Object.keys(questions).every((key) => answers[key] !== undefined)
        return isAnswered && ctx.mcpReq.requestState() === 'three'
          ? said('All three answered')
          : inputRequired({
              inputRequests: questions,
              requestState: await codec.mint('three', ctx),
            })
      },
    },
    {
      name: 'test_input_required_result_multi_round',
      description: 'Asks twice',
      call: async (ctx) => {
        const state = ctx.mcpReq.requestState()
        const answers = answersOf(ctx)
        if (state === 'second' && answers.step2 !== undefined) return said('Both steps answered')
        const isSecond = state === 'first' && answers.step1 !== undefined
        return inputRequired({
          inputRequests: isSecond
            ? {
                step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }, [
                  'color',
                ]),
              }
            : {
                step1: form('Step 1: What is your name?', { name: { type: 'string' } }, ['name']),
              },
          requestState: await codec.mint(isSecond ? 'second' : 'first', ctx),
        })
      },
    },
    {
      name: 'test_input_required_result_capabilities',
      description: 'Asks only what the client can answer',
      call: async (ctx) => {
        const answers = answersOf(ctx)
        if (Object.keys(answers).length > 0) return said('Answered')
        const can = capabilitiesOf(ctx)
        const { user_name, greeting } = threeQuestions()
        const questions: Questions = {
          ...(can.elicitation === undefined || user_name === undefined ? {} : { user_name }),
          ...(can.sampling === undefined || greeting === undefined ? {} : { greeting }),
        }
        return Object.keys(questions).length === 0
          ? said('The client can answer nothing')
          : inputRequired({ inputRequests: questions })
      },
    },
  ]
}

export const NAME_QUESTION = form('What is your name?', { name: { type: 'string' } }, ['name'])
export const CONTEXT_QUESTION = form(
  'What context should the prompt use?',
  { context: { type: 'string' } },
  ['context'],
)

export function answersOf(ctx: ServerContext): Answers {
  return (ctx.mcpReq.inputResponses ?? {}) as Answers
}

function capabilitiesOf(ctx: ServerContext): Record<string, unknown> {
  const envelope = ctx.mcpReq.envelope as Record<string, unknown> | undefined
  const declared = envelope?.['io.modelcontextprotocol/clientCapabilities']
  return (declared ?? {}) as Record<string, unknown>
}

async function greet(ctx: ServerContext): Promise<unknown> {
  const answer = answersOf(ctx).user_name
  const content = answer?.content as { name?: unknown } | undefined
  return typeof content?.name === 'string'
    ? said(`Hello, ${content.name}!`)
    : inputRequired({ inputRequests: { user_name: NAME_QUESTION } })
}

function confirming(codec: RequestStateCodec<string>): FixtureTool['call'] {
  return async (ctx) => {
    const state = ctx.mcpReq.requestState()
    const question = form('Please confirm', { ok: { type: 'boolean' } }, ['ok'])
    if (state === undefined) {
      return inputRequired({
        inputRequests: { confirm: question },
        requestState: await codec.mint('confirming', ctx),
      })
    }
    if (state !== 'confirming') throw new ProtocolError(-32602, 'Invalid requestState')
    return answersOf(ctx).confirm === undefined
      ? inputRequired({
          inputRequests: { confirm: question },
          requestState: await codec.mint('confirming', ctx),
        })
      : said('state-ok')
  }
}

function asking(
  key: string,
  question: (args: Record<string, unknown>) => Questions[string],
): FixtureTool['call'] {
  return async (ctx, args) => {
    const answer = answersOf(ctx)[key]
    if (answer === undefined) return inputRequired({ inputRequests: { [key]: question(args) } })
    const { action, content } = answer
    return said(
      `Elicitation completed: action=${String(action)}, content=${JSON.stringify(content ?? {})}`,
    )
  }
}

function threeQuestions(): Questions {
  return {
    user_name: NAME_QUESTION,
    greeting: sampling('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  }
}

function sampling(prompt: string, maxTokens = 100): Questions[string] {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
    maxTokens,
  })
}

function form(
  message: string,
  properties: Record<string, unknown>,
  required: readonly string[],
): Questions[string] {
  const requestedSchema = {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required: [...required] }),
  }
  return inputRequired.elicit({ message, requestedSchema: requestedSchema as never })
}

function needs(name: string): Record<string, unknown> {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] }
}

const USER_FORM = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
}

const DEFAULTS_FORM = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}

const ENUMS_FORM = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: {
    type: 'string',
    oneOf: [
      { const: 'value1', title: 'First Option' },
      { const: 'value2', title: 'Second Option' },
      { const: 'value3', title: 'Third Option' },
    ],
  },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array',
    items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  },
  titledMulti: {
    type: 'array',
    items: {
      anyOf: [
        { const: 'value1', title: 'First Choice' },
        { const: 'value2', title: 'Second Choice' },
        { const: 'value3', title: 'Third Choice' },
      ],
    },
  },
}
