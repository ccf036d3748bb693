/**
 * Whether a SQL text surely is one statement that only reads. The engines disagree about comments, quoting,
 * escapes and what ends a statement, and the gateway does not know which one will read the text: so this accepts
 * only what every one of them (PostgreSQL, MySQL, MariaDB, SQLite, SQL Server) reads the same way, and calls only
 * functions from a list. A no is never wrong, it is only dearer: the worst case of the tool holds.
 */

const MAX_LENGTH = 20_000

const FIRST = new Set(['select', 'with', 'values', 'explain'])

/** T-SQL needs no semicolon between statements, so a word that can start one may stand nowhere. */
const FORBIDDEN = new Set(
  `add alter attach backup begin break bulk call change checkpoint commit copy create dbcc deallocate declare
   delete deny detach disable discard do drop dumpfile enable exec execute flush grant handler import insert
   install into kill listen load lock merge nextval notify openquery openrowset outfile pragma prepare print
   purge raiserror readtext receive reconfigure refresh reindex release rename reset restore revert revoke
   rollback save savepoint send set setuser share shutdown throw truncate uninstall unload unlock update
   updatetext upsert use vacuum waitfor while writetext`.split(/\s+/),
)

/** Keywords that may stand before a parenthesis. */
const BEFORE_PARENTHESIS = new Set(
  `all and any as between by case distinct else except exists filter from having in intersect is join like
   materialized not on or over select some then union using values when where`.split(/\s+/),
)

/** Functions without side effects in every engine that has them. */
const FUNCTIONS = new Set(
  `abs avg cast ceil ceiling char_length coalesce concat concat_ws count cume_dist current_date current_timestamp
   date date_part date_trunc datediff datetime dense_rank extract first_value floor format greatest group_concat
   hex hour iif ifnull instr isnull json_extract json_value julianday lag last_value lead least left len length
   lower ltrim max md5 min minute mod month ntile nullif nvl octet_length percent_rank position power quote rank
   regexp_replace replace reverse right round row_number rtrim second sign split_part sqrt stddev strftime
   string_agg strpos substr substring sum time to_char to_date to_timestamp total trim typeof unixepoch upper
   variance week year`.split(/\s+/),
)

type Token = {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'sign'
  readonly text: string
}

/** True only when `sql` is one reading statement in every dialect. */
export function isSqlRead(sql: string): boolean {
  if (sql.length > MAX_LENGTH) return false
  const tokens = tokenise(sql.trim().replace(/;$/, ''))
  if (tokens === undefined || tokens.length === 0) return false
  const words = tokens.filter((token) => token.kind === 'word').map((token) => token.text)
  const first = tokens[0]
  if (first?.kind !== 'word' || !FIRST.has(first.text)) return false
  if (first.text === 'explain' && !words.some((word) => word === 'select' || word === 'with')) {
    return false
  }
  if (words.some((word) => FORBIDDEN.has(word))) return false
  if (words.some((word, at) => word === 'value' && words[at + 1] === 'for')) return false
  return tokens.every((token, at) => token.text !== '(' || mayPrecede(tokens, at))
}

/** Whether the parenthesis at `at` opens a group or calls a function that only computes. */
function mayPrecede(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  if (before === undefined) return true
  if (before.kind === 'quoted' || before.kind === 'text') return false
  if (before.kind !== 'word') return before.text !== ')' && before.text !== ']'
  // A schema before the name means somebody's own function of that name.
  if (tokens[at - 2]?.text === '.') return false
  return FUNCTIONS.has(before.text) || BEFORE_PARENTHESIS.has(before.text)
}

const SPACE = /[ \t\r\n]+/y
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** No backslash: MySQL reads it as an escape, the others do not. */
const TEXT = /'(?:[^'\\\0]|'')*'/y
const QUOTED = /"(?:[^"\\\0]|"")*"/y
/** In PostgreSQL a backtick is an operator and a bracket an index, so what they hold must be harmless as code. */
const BACKTICKED = /`([A-Za-z_][A-Za-z0-9_ ]*)`/y
const BRACKETED = /\[([A-Za-z0-9_ ]*)\]/y
const SIGN = /[(),.*+\-/%=<>!|&~^?:]/y
/** Comments differ between engines (`--1` is arithmetic in MySQL, `#` an operator in PostgreSQL). */
const COMMENT = /--|\/\*|\*\/|:=/y

function tokenise(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  while (at < sql.length) {
    if (take(SPACE) !== undefined) continue
    if (take(COMMENT) !== undefined) return undefined
    const word = take(WORD)
    const held = word ?? take(BACKTICKED) ?? take(BRACKETED)
    if (held !== undefined) {
      // E'..', N'..', U&'..' and the like change how the text that follows is read.
      if (word !== undefined && /['"`$]/.test(sql[at] ?? '')) return undefined
      if (word !== undefined) tokens.push({ kind: 'word', text: word.toLowerCase() })
      else tokens.push(...heldWords(held), { kind: 'quoted', text: held })
      continue
    }
    const text = take(TEXT)
    const quoted = text ?? take(QUOTED)
    const number = quoted ?? take(NUMBER)
    const sign = number ?? take(SIGN)
    if (sign === undefined) return undefined
    const kind = text ? 'text' : quoted ? 'quoted' : number ? 'number' : 'sign'
    tokens.push({ kind, text: sign })
  }
  return tokens
}

function heldWords(held: string): readonly Token[] {
  const words = held.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []
  return words.map((text) => ({ kind: 'word', text }))
}
