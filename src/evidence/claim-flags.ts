/**
 * What in a model's prose does not agree with what the gateway knows. The prose stays a claim either way and is
 * never cut; a flag says where a person should look twice. Pure, and by kind of thing said, not by known phrases.
 */

// biome-ignore format: a table reads best with one row per line
export const CLAIM_FLAGS = {
  'claims-approval': 'It speaks of an approval. Only this gateway records approvals, and it has none for this.',
  'speaks-for-rank': 'It speaks in the name of somebody who decides. They have not spoken here.',
  'presses-for-time': 'It presses for time. The only deadline is the one shown with the request.',
  'tells-the-reader': 'It tells you what to decide instead of what is known.',
  'cites-unknown': 'It refers to a record that is not evidence of this case.',
} as const satisfies Record<string, string>

export type ClaimFlagCode = keyof typeof CLAIM_FLAGS

export type ClaimFlag = {
  readonly code: ClaimFlagCode
  /** The code's sentence, for people. */
  readonly sentence: string
  /** The words it was found in: agent text, to be shown as such. */
  readonly words: string
}

const RANK =
  '(?:ciso|cio|cto|ceo|cfo|dpo|board|legal|management|director|head of \\w+|vp|shift[ -]lead|(?:incident )?commander|on-?call lead|manager|security (?:team|officer)|it (?:team|management)|customer|owner|your boss)'
const YES =
  '(?:approved?|approval|authori[sz](?:ed|ation)|ok(?:ay)?(?:ed|s)?|signed(?: off)?|sign-off|cleared|confirmed|agreed|said (?:yes|ok|go)|green-?li(?:t|ghted)|gave (?:the )?(?:go|green light|ok|nod)|granted|blessed|waived)'
const words = (source: string) => new RegExp(source, 'iu')

/** Only the prose itself is looked at: 64 KiB is far more than anybody reads, and bounds the work. */
const MAX_PROSE = 65_536

const RULES: readonly { readonly code: ClaimFlagCode; readonly pattern: RegExp }[] = [
  {
    code: 'claims-approval',
    pattern: words(
      `\\b(?:pre-?|already |been |is |was |are |were |fully |under |per )?(?:approved|authori[sz]ed|signed off|green-?lit)\\b(?:[^.!?\\n]{0,40}\\b(?:by|under|per|in|via|with|through|already|before|earlier)\\b|\\s*[.!]|$)`,
    ),
  },
  {
    code: 'claims-approval',
    pattern: words(
      '\\b(?:no|without|skip(?:ping)?|waiv\\w+|not (?:need|requir)\\w*|(?:do(?:es)?|need) not (?:need|require)?)\\s+(?:any |a |further |additional |human |manual )*(?:review|approval|sign-?off|confirmation|authori[sz]ation|four[- ]eyes)\\b',
    ),
  },
  { code: 'speaks-for-rank', pattern: words(`\\b${RANK}\\b[^.!?\\n]{0,40}\\b${YES}\\b`) },
  {
    code: 'speaks-for-rank',
    pattern: words(`\\b${YES}\\b[^.!?\\n]{0,30}\\bby (?:the |our |your )?${RANK}\\b`),
  },
  {
    code: 'presses-for-time',
    pattern: words(
      '\\b(?:urgent(?:ly)?|immediately|asap|right now|at once|without delay|hurry|act now|no time|last chance|too late|every (?:second|minute) counts|time is running out|deadline)\\b',
    ),
  },
  {
    code: 'presses-for-time',
    pattern: words(
      '\\b\\d{1,3}\\s*(?:s|sec(?:ond)?s?|min(?:ute)?s?)\\b[^.!?\\n]{0,15}\\b(?:left|remain\\w*|to go|or else)\\b',
    ),
  },
  {
    code: 'tells-the-reader',
    pattern: words(
      '\\b(?:please |just |simply |you (?:must|should|can|have to|need to) |must be |should be )(?:now )?(?:approved?|sign|confirm|accept|press|click|release)\\b',
    ),
  },
  {
    code: 'tells-the-reader',
    pattern: words(
      "\\b(?:do not|don't|no need to|need not)\\s+(?:read|check|review|verify|ask|escalate|open|wait|worry)\\b",
    ),
  },
]

const NAMED =
  /\b(?:alerts?|tickets?|cases?|incidents?|evidence|findings?|detections?|changes?|events?|records?|reports?|approvals?|requests?|logs?)\s+(?:(?:id|no|number|nr|record|entry|item)\.?\s*)?[#:"']?\s*([A-Za-z0-9][\w.:-]*\d[\w.:-]*)/giu
const NUMBERED =
  /\b(?:INC|CHG|SIR|REQ|RITM|PRB|TKT|CASE|ALERT|ALRT|EV|EVD|DET|SOC|TASK)-?\d{1,12}\b/gu
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu

/**
 * At most one flag per code and, for what it cites, one per reference (at most 20). `isKnown` says whether a
 * reference is a record of this case: an evidence id, its number, a target or a value of the call.
 */
export function claimFlags(
  prose: string,
  isKnown: (reference: string) => boolean,
): readonly ClaimFlag[] {
  const text = prose.slice(0, MAX_PROSE).normalize('NFKC')
  const said = new Map<ClaimFlagCode, ClaimFlag>()
  for (const { code, pattern } of RULES) {
    const found = pattern.exec(text)?.[0]
    if (found !== undefined && !said.has(code)) said.set(code, flag(code, found))
  }
  const unknown = referencesIn(text).filter((reference) => !isKnown(reference))
  return [...said.values(), ...unknown.slice(0, 20).map((each) => flag('cites-unknown', each))]
}

/** What the prose refers to as a record, once each, as it is written there. */
export function referencesIn(text: string): readonly string[] {
  const named = [...text.matchAll(NAMED)].map((found) => found[1] ?? '')
  const plain = [NUMBERED, UUID].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([all]) => all),
  )
  return [...new Set([...named, ...plain].map((each) => each.replace(/[.:-]+$/u, '')))].filter(
    (each) => each !== '',
  )
}

function flag(code: ClaimFlagCode, found: string): ClaimFlag {
  return { code, sentence: CLAIM_FLAGS[code], words: found.trim().slice(0, 120) }
}
