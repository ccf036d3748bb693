/**
 * Wording that has no place in the description of a tool, as patterns: orders to the model, wishes to hide, claims of
 * rank, requests for what is not the tool's. They look for the kind of thing said, not for known attacks.
 */
import type { FindingCode } from './lint-finding.ts'

/** One way to say what a description should not. */
export type WordingRule = { readonly code: FindingCode; readonly pattern: RegExp }

const PEOPLE =
  '(?:users?|analysts?|humans?|operators?|persons?|people|anyone|anybody|customers?|admins?|administrators?|reviewers?|approvers?|soc|team|owner|security)'
const MODEL =
  '(?:assistants?|models?|llms?|ais?|agents?|claude|gpt|chatgpt|gemini|copilot|language models?)'
const SECRET =
  '(?:secrets?|passwords?|passphrases?|api[ _-]?keys?|access[ _-]?keys?|private[ _-]?keys?|ssh[ _-]?keys?|(?:bearer|access|auth|session|refresh)[ _-]?tokens?|tokens?|credentials?|cookies?|environment variables|env vars)'
/** What no tool needs named in its description. */
const PRIVATE =
  '(?:id_rsa|id_ed25519|~\\/\\.ssh|\\.ssh\\/|\\.aws\\/|\\.kube\\/config|\\/etc\\/(?:passwd|shadow)|\\.env\\b(?! variables)|mcp\\.json|system[ _-]prompt)'
/** What the model holds from elsewhere; a tool may read a channel's history, not ask for the model's. */
const HELD =
  '(?:(?:conversation|chat|message|session)[ _-]history|(?:entire|full|whole|complete) (?:conversation|transcript|chat|context)|(?:previous|prior|earlier|all) (?:messages|prompts|conversations?|turns))'
const GIVE =
  '(?:include|put|pass|paste|supply|provide|attach|append|send|forward|copy|insert|place|add|fill|write|embed|encode|submit|upload|post|leak|dump|read|fetch|retrieve|collect|extract|get)'
const near = (chars: number) => `[^.!?;\\n]{0,${chars}}?`
const rule = (code: FindingCode, source: string, flags = 'i'): WordingRule => ({
  code,
  pattern: new RegExp(source, flags),
})

export const WORDING: readonly WordingRule[] = [
  // Fake structure: a tag, a role or a template marker that models take for the system's own voice.
  rule(
    'imperative-to-model',
    '<\\/?\\s*\\|?(?:important|system|instructions?|secret|hidden|admin|assistant|user|critical|attention|override|tool_?(?:call|result|response)?|function_?calls?|im_(?:start|end)|sys|inst|rules?|policy|note)\\b[^>]{0,40}>',
  ),
  rule(
    'imperative-to-model',
    '\\[\\/?(?:inst|system|important|admin)\\]|<<\\s*sys\\s*>>|<\\|[a-z_]+\\|>|^\\s*#{1,6}\\s*(?:system|instructions?|new instructions|important)\\b',
    'im',
  ),
  rule(
    'imperative-to-model',
    `(?:note|message|instructions?|attention|important|reminder)\\s*(?:to|for)\\s+(?:the |all |any |every )?${MODEL}\\b`,
  ),
  rule(
    'imperative-to-model',
    `\\b(?:ignore|disregard|forget|override|bypass)\\b${near(30)}\\b(?:previous|prior|earlier|above|other|all|any|system|safety)\\b${near(20)}\\b(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|messages?|warnings?|context)`,
  ),
  rule(
    'imperative-to-model',
    `\\b(?:the |any |every |an? )?${MODEL} (?:must|should|shall|has to|have to|needs to|will always|is required to|are required to)\\b`,
  ),
  rule(
    'imperative-to-model',
    `\\b(?:as an? |you are (?:now )?(?:an? )?)(?:ai|${MODEL}|dan|unrestricted|root|system)\\b`,
  ),
  rule(
    'imperative-to-model',
    `\\byou (?:must|have to|need to|are required to|should|shall|will)\\s+(?:always |never |also |first |now |not |then |immediately )*(?:include|send|forward|copy|put|reveal|upload|e-?mail|post|ignore|approve|skip|disable|tell|mention|append|obey|follow|comply|exfiltrate|paste|leak)\\b`,
  ),
  rule(
    'imperative-to-model',
    `\\b(?:before|after|whenever|when|each time|every time)\\s+(?:(?:each|every|any|all|you|the)\\s+)*(?:use|using|call|calling|invok\\w+|run|running|tool|request|response|answer\\w*|reply\\w*)\\b${near(40)}\\b(?:always |first |also |silently )*(?:call|invoke|execute|send|forward|include|copy|put|append|upload|(?:read|fetch|get) (?:the|all|every))\\b`,
  ),
  rule(
    'imperative-to-model',
    '\\b(?:ignor|desconsider|esquec|olvid|ignorier|vergiss|oubli|ignora|zignoruj|игнорир)\\p{L}*[^.!?;\\n]{0,40}(?:instru\\p{L}+|anweisung\\p{L}*|consignes|reglas|regras|regeln|poleceni\\p{L}+|инструкц\\p{L}+)',
    'iu',
  ),
  rule(
    'imperative-to-model',
    `\\b(?:always|never|must)\\s+(?:call|use|invoke|prefer|choose|select|run|trust)\\s+(?:only )?this (?:tool|server|function)\\b`,
  ),
  rule(
    'imperative-to-model',
    "\\b(?:do not|don't|never|must not|should not|need not|no need to)\\s+(?:ask|wait for|request|seek|require|consult)\\b[^.!?;\\n]{0,30}\\b(?:user|human|analyst|operator|person|confirmation|permission|approval|consent)",
  ),
  rule(
    'imperative-to-model',
    '\\b(?:your (?:reasoning|thoughts|instructions|system prompt|context window|memory))\\b',
  ),

  rule(
    'concealment',
    `\\b(?:do not|don't|never|must not|should not|shouldn't|no need to|not to|avoid|refrain from|without)\\s+(?:ever |please )?(?:mention|tell|reveal|disclos|inform|notif|warn|alert|discuss|explain|talk|expos|say|let)\\w*\\b${near(40)}\\b(?:${PEOPLE}|this|it|them|that|these|know)\\b`,
  ),
  rule(
    'concealment',
    `\\b(?:do not|don't|never|must not|without)\\s+(?:show|display|report|log|record|audit|print|output|surfac|acknowledg)\\w*\\b${near(20)}\\b(?:${PEOPLE}|this (?:step|call|action|instruction|request)|the (?:call|step|action|instruction))\\b`,
  ),
  rule(
    'concealment',
    `\\b${PEOPLE} (?:already )?(?:knows?|need not know|must not know|does not need to know|do not need to know|doesn't need to know|should not (?:see|know)|won't (?:see|notice|know)|will not (?:see|notice|know)|cannot see)\\b`,
  ),
  rule(
    'concealment',
    `\\b(?:keep|remain|stay)\\b${near(20)}\\b(?:secret|hidden|confidential|private|quiet|between us|unseen|invisible)\\b|\\b(?:hid(?:e|es|ing)|conceal\\w*)\\b${near(30)}\\bfrom (?:the |any |all |other )?${PEOPLE}\\b|\\b(?:hide|conceal) (?:this|it)\\b`,
  ),
  rule(
    'concealment',
    '\\b(?:secretly|covertly|surreptitiously|discreetly|quietly|silently|stealthily)\\s+(?:call|send|forward|copy|include|read|upload|append|add|run|execute|pass|collect|log|post|transmit|exfiltrate)\\w*',
  ),

  rule(
    'authority-claim',
    "\\b(?:approvals?|confirmations?|permissions?|authori[sz]ations?|reviews?|consent)\\b[^.!?;\\n]{0,25}\\b(?:not|never|isn't|aren't|un)\\s?(?:be )?(?:needed|required|necessary|apply|checked|enforced)\\b|\\b(?:no|without(?: any)?) (?:further |additional |human )?(?:approvals?|confirmations?|permissions?|authori[sz]ations?) (?:is |are )?(?:needed|required|necessary)",
  ),
  rule(
    'authority-claim',
    '\\b(?:pre-?approved|pre-?authori[sz]ed|already (?:been )?(?:approved|authori[sz]ed|cleared|granted|whitelisted)|(?:is|are|was|been) (?:fully |explicitly )?(?:approved|authori[sz]ed|sanctioned|cleared|whitelisted|allow-?listed|exempt(?:ed)?|certified|vetted) (?:by|for|from|under)\\b)',
  ),
  rule(
    'authority-claim',
    '\\b(?:bypass(?:es)?|skips?|exempt from|overrides?|circumvents?|disables?|takes? precedence over|supersedes?)\\b[^.!?;\\n]{0,25}\\b(?:approvals?|polic(?:y|ies)|confirmations?|reviews?|gateway|guardrails?|safety|security (?:checks?|controls?|rules?)|restrictions?|other (?:tools?|servers?|instructions?)|all (?:rules?|instructions?))\\b',
  ),
  rule(
    'authority-claim',
    '(?:^|[\\s([{"\'])(?:system|developer|administrator|root|countersign|gateway|security team|ciso)\\s*(?:message|notice|note|override|says)?\\s*:[^.\\n]{0,100}\\b(?:approv\\w*|ignore|must|you|always|never|allow\\w*|granted?|instructions?|overrid\\w*|trusted|skip|bypass|call|execute|disregard|comply)\\b',
    'im',
  ),
  rule(
    'authority-claim',
    '\\bthis (?:tool|server|function|call) (?:is|has been) (?:always |completely |known )?(?:safe|trusted|verified|certified|secure|harmless|official|whitelisted|approved)\\b|\\b(?:the )?(?:only|most) (?:trusted|trustworthy|official|safe) (?:tool|server)\\b',
  ),
  rule(
    'authority-claim',
    '\\b(?:countersign|gateway|policy (?:engine|decision))\\b[^.!?;\\n]{0,30}\\b(?:allow|approv|grant|permit|decision|already)\\w*',
  ),

  rule(
    'secret-request',
    `\\b${GIVE}\\b${near(40)}\\b(?:${SECRET})\\b${near(40)}\\b(?:in|into|as|to|with|through|via|inside|within)\\b${near(25)}\\b(?:parameter|argument|field|context|call|request|header|body|input|query|note|metadata|property|url)`,
  ),
  rule(
    'secret-request',
    `\\b(?:include|put|paste|supply|attach|append|send|forward|copy|insert|embed|submit|upload|leak|dump|pass|provide|enter)\\b${near(25)}\\b(?:your|the user'?s?|their|its|all|any|current|existing|stored|prod\\w*|master|admin|root|own)\\b${near(20)}\\b${SECRET}`,
  ),
  rule(
    'secret-request',
    `\\b(?:call|use|run|invoke)\\b${near(15)}[\\w-]*(?:[./:]|__)?[\\w-]*(?:secret|password|credential|vault|token|api_?key)[\\w-]*`,
  ),
  rule('secret-request', PRIVATE),
  rule(
    'secret-request',
    `\\bask\\b${near(20)}\\b${PEOPLE}\\b${near(30)}\\b${SECRET}|\\b(?:everything|anything|all (?:that )?)\\s*you (?:know|have|saw|remember|read|learned)\\b`,
  ),
  rule(
    'secret-request',
    `\\b(?:include|put|paste|supply|attach|append|send|forward|copy|insert|embed|submit|upload|dump|pass|provide|add|share|give)\\b${near(40)}\\b${HELD}`,
  ),

  rule(
    'data-destination',
    `\\b(?:send|forward|post|upload|report|submit|transmit|deliver|copy|e-?mail|mail|exfiltrate|push|append|fetch|visit|open|load|call|ping|notify)\\b${near(60)}(?:https?:\\/\\/|ftp:\\/\\/|wss?:\\/\\/|mailto:|[\\w.+-]+@[\\w-]+\\.\\w+|\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b:\\d+)`,
  ),
  rule('data-destination', 'https?:\\/\\/[^\\s)>"\']{0,200}(?:\\{|\\$\\{|%7b|<[a-z]|\\[[a-z])'),

  rule(
    'hidden-markup',
    '<!--|!\\[[^\\]]*\\]\\(|<\\s*(?:script|img|iframe|svg|object|embed|style|link|meta|form|input|video|audio|details|template)\\b|\\]\\(\\s*(?:javascript|data|vbscript):|display\\s*:\\s*none|font-size\\s*:\\s*0',
  ),
]
