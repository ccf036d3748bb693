/**
 * What a tool is, as data a person reviewed: its effect, whom or what it acts upon, whether it can be taken
 * back. Annotations a server declares about itself may raise this, never lower it. One entry is pinned to the
 * digest of one definition; another digest is another tool until somebody looks at it.
 */
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import type { Flag, Verb } from './words.ts'

/** Ordered from harmless to final. `identity` touches who somebody is or what they may do. */
export const EFFECTS = [
  'read',
  'annotate',
  'influence',
  'write',
  'contain',
  'identity',
  'destructive',
] as const
export type Effect = (typeof EFFECTS)[number]

/** Whether `effect` is `floor` or worse. */
export function atLeast(effect: Effect, floor: Effect): boolean {
  return EFFECTS.indexOf(effect) >= EFFECTS.indexOf(floor)
}

/** `reversible` names an inverse; `time-limited` ends by itself; `compensable` is repaired by another act. */
export type Reversibility = 'reversible' | 'time-limited' | 'compensable' | 'irreversible'

/**
 * Where the thing acted upon is named. `from` is a CEL expression over `args` giving a string or strings; a
 * tool that always acts upon the same thing names it as a literal, `'"audit-database"'`.
 */
export type TargetRule = { readonly kind: string; readonly from?: string }

/**
 * What a call sets off beyond its own effect: a status that starts a playbook, a tag that releases a quarantine.
 * Declared by the reviewer; the worst of own and downstream effects is the class (R98).
 */
export type Trigger = {
  readonly what: string
  readonly effect: Effect
  readonly reversibility: Reversibility
  readonly flags: readonly Flag[]
}

export type Classification = {
  readonly effect: Effect
  /** Only with effect `influence`: whether it raises attention to a case or lowers it. Absent = lowers. */
  readonly direction?: 'raises' | 'lowers'
  readonly verb: Verb
  readonly target: TargetRule
  readonly reversibility: Reversibility
  /**
   * The call that takes this one back. `tool` is a name of the same upstream, or an exposed name of another.
   * Each argument is a CEL expression over `args`, and over `before` where the entry names a pre-image: then it
   * restores what was, and does not only toggle. When one cannot be read the call counts as irreversible.
   */
  readonly inverse?: { readonly tool: string; readonly arguments: Readonly<Record<string, string>> }
  readonly flags: readonly Flag[]
  readonly triggers: readonly Trigger[]
  /** Data classes the result carries, e.g. `personal`, `identity-telemetry`; feeds the task's exposure. */
  readonly resultLabels: readonly string[]
}

/** `when` is a CEL expression over `args`; the first that is true replaces members of the worst case. */
export type Discriminator = { readonly when: string; readonly is: Partial<Classification> }

export type ToolKind = 'tool' | 'resource' | 'prompt'

/** One reviewed classification. The worst case holds when no discriminator matches or one cannot be read. */
export type ToolEntry = {
  readonly kind: ToolKind
  readonly worst: Classification
  readonly discriminators: readonly Discriminator[]
  /** A tool that runs other tools: the decision is made on the inner call, one level deep. */
  readonly metaTool?: { readonly toolArgument: string; readonly argumentsArgument: string }
  /** Arguments that confirm; refused from an agent, set by the gateway once the call may run. */
  readonly confirmations: readonly { readonly argument: string; readonly value: JsonValue }[]
  /** After this the outcome is `unknown`. Milliseconds. */
  readonly timeoutMs: number
  /** The argument that takes a key by which the tool knows a repeated call; the gateway gives it the id of the call. */
  readonly idempotencyArgument?: string
  /**
   * For a tool that answers before it is done: the time it may take. Until then an effect that is not seen yet is
   * `unknown` and looked at again. Milliseconds.
   */
  readonly completesWithinMs?: number
  /** A read that shows whether the effect is there; `expect` is CEL over `result` and `args`. */
  readonly probe?: {
    readonly tool: string
    readonly arguments: Readonly<Record<string, string>>
    readonly expect: string
  }
  /** A read that shows what the target looks like before the call; its result is kept as evidence. */
  readonly preimage?: {
    readonly tool: string
    readonly arguments: Readonly<Record<string, string>>
  }
  /**
   * What stays as it was, as CEL over `before` and `result` of the same read made again after the call. When it
   * does not, the tool does more than its entry says (R53). Needs a pre-image.
   */
  readonly unchanged?: string
  /**
   * What the tool says it touched, as CEL over its `result`: ids of targets, or how many. More than was decided
   * about is taken back and alarmed.
   */
  readonly affected?: string
  /**
   * How long a containment lasts, as CEL over `args` giving minutes, and what happens then: `hold` keeps it and
   * pages, `revert` runs the inverse. A target that ends it by itself (`time-limited`) needs only the minutes.
   */
  readonly ends?: { readonly minutes?: string; readonly atEnd?: 'hold' | 'revert' }
  /**
   * Somebody answers by name for containment or access change that has no inverse and does not end by itself
   * (R63). The review that carries the entry is signed over its digest, the waiver with it.
   */
  readonly waiver?: { readonly by: string; readonly reason: string }
  /**
   * Of a tool that destroys evidence: who answers by name for doing without what protects it. Of an isolation that
   * keeps it: the read that collects it beside the isolation, whose arguments are CEL over `args` (R132).
   */
  readonly evidence?: {
    readonly waiver?: { readonly by: string; readonly reason: string }
    readonly collection?: {
      readonly tool: string
      readonly arguments: Readonly<Record<string, string>>
    }
  }
  /**
   * Why the destructive hint the server declares is a false signal (a library that sets it for every tool). A
   * person's word in a reviewed entry; without it a declared hint raises the worst case.
   */
  readonly disputedHint?: string
}

/** A definition exactly as the server gave it. */
export type ToolDefinition = JsonObject & { readonly name: string }

/** `quarantined`: nobody has looked. `approved`: entry and digest agree. `suspended`: taken away again. */
export type ToolStatus = 'quarantined' | 'approved' | 'suspended'

/** A tool as the gateway knows it: what the server says now, and what a person said about it. */
export type Tool = {
  readonly tenant: string
  readonly upstream: string
  readonly kind: ToolKind
  readonly name: string
  /** `<upstream>__<name>`, at most 64 characters (DESIGN 11). */
  readonly exposedName: string
  readonly definition: ToolDefinition
  readonly definitionDigest: Digest
  readonly status: ToolStatus
  /** Why it is not approved: linter findings, `drifted`, `new`; sorted codes. */
  readonly findings: readonly string[]
  readonly reviewed?: {
    readonly entry: ToolEntry
    readonly entryDigest: Digest
    /** The definition the person saw. Differs from `definitionDigest` after a drift. */
    readonly definitionDigest: Digest
    readonly definition: ToolDefinition
    readonly by: string
  }
  readonly revision: number
}

/** The call that takes another back. `pending` are arguments that only the pre-image can tell. */
export type Inverse = {
  readonly tool: string
  readonly arguments: JsonObject
  readonly pending?: Readonly<Record<string, string>>
}

/** `self`: the target ends it. Milliseconds from the act. */
export type EndOfContainment = {
  readonly afterMs: number
  readonly atEnd: 'hold' | 'revert' | 'self'
}

export type Target = { readonly kind: string; readonly id: string }

/** A call after classification: what it would do, to what, and the arguments that may be forwarded. */
export type ClassifiedCall = {
  readonly tool: Tool
  readonly action: string
  readonly effect: Effect
  readonly direction?: 'raises' | 'lowers'
  readonly targets: readonly Target[]
  readonly reversibility: Reversibility
  readonly inverse?: Inverse
  /** What is read of the target before the call. */
  readonly preimage?: { readonly tool: string; readonly arguments: JsonObject }
  /** Once it was read: where it is kept, and whether the effect was there already. */
  readonly before?: { readonly evidence: string; readonly isThere: boolean }
  /** What is collected beside the call; without arguments when they cannot be read from those of the call. */
  readonly collection?: { readonly tool: string; readonly arguments?: JsonObject }
  /** Present when the call restricts somebody or something: every containment ends. */
  readonly ends?: EndOfContainment
  readonly flags: readonly Flag[]
  readonly resultLabels: readonly string[]
  readonly arguments: JsonObject
  /** What `tool` itself is given; differs from `arguments` when a meta-tool was unwrapped. */
  readonly toolArguments: JsonObject
  readonly argumentsDigest: Digest
  /** The arguments with the gateway's own confirmations set; what an approved call sends. */
  readonly forwarded: JsonObject
  readonly entryDigest: Digest
  readonly timeoutMs: number
  /** Set when a meta-tool was unwrapped: the exposed name of the tool the frame goes to. */
  readonly via?: string
}
