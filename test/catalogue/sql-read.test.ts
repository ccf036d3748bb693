// biome-ignore lint/correctness/noUnresolvedImports: Biome's list of Node's own modules lacks node:sqlite
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSqlRead } from '../../src/catalogue/sql-read.ts'

const READS = [
  'SELECT 1',
  "select * from auth_log where event = 'failed_password';",
  'SELECT source_address, SUM(repeats) AS failures, COUNT(DISTINCT account) FROM auth_log GROUP BY source_address ORDER BY failures DESC LIMIT 5',
  "WITH recent AS (SELECT * FROM log WHERE at > '2026-01-01') SELECT count(*) FROM recent",
  'SELECT a.id, b."name" FROM a JOIN b ON (a.id = b.id) WHERE a.x IN (1, 2) AND NOT EXISTS (SELECT 1 FROM c)',
  "SELECT CASE WHEN x > 1 THEN 'a' ELSE 'it''s' END, COALESCE(y, 0) FROM t",
  'EXPLAIN QUERY PLAN SELECT * FROM t',
  'EXPLAIN ANALYZE SELECT * FROM t',
  'SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t',
  'SELECT [order id], `x` FROM t UNION ALL SELECT x::text, 2 FROM u',
  "SELECT 'delete from t; drop table x' AS harmless",
  'VALUES (1), (2)',
]

const NOT_SURELY_READS: Readonly<Record<string, readonly string[]>> = {
  'a second statement': [
    'SELECT 1; DELETE FROM t',
    'SELECT 1;;',
    'SELECT 1; ; DROP TABLE t',
    'SELECT 1\nDELETE FROM t',
    'SELECT 1 EXEC xp_cmdshell',
    'SELECT 1 SHUTDOWN',
    "SELECT 1 WAITFOR DELAY '1:0:0'",
    ';SELECT 1',
  ],
  'a write behind a reading word': [
    'WITH x AS (SELECT 1) DELETE FROM t',
    'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
    'SELECT * INTO copy FROM t',
    "SELECT * FROM t INTO OUTFILE '/tmp/x'",
    'EXPLAIN ANALYZE DELETE FROM t',
    'EXPLAIN DELETE FROM t',
    'SELECT * FROM t FOR UPDATE',
    'SELECT * FROM t FOR SHARE',
    'SELECT * FROM t LOCK IN SHARE MODE',
    'WITH x AS (SELECT 1) REPLACE INTO t VALUES (1)',
    'SELECT NEXT VALUE FOR seq',
    'SELECT seq.nextval FROM dual',
  ],
  'a function that acts': [
    'SELECT pg_terminate_backend(1)',
    "SELECT nextval('s')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT load_extension('x')",
    "SELECT * FROM dblink('...')",
    "SELECT set_config('a', 'b', false)",
    'SELECT pg_sleep(100)',
    'SELECT evil.count(1)',
    'SELECT "pg_terminate_backend"(1)',
    'SELECT [xp_cmdshell](1)',
    "SELECT * FROM OPENROWSET ('a')",
    "SELECT writefile('x', 1)",
    'SELECT PG_TERMINATE_BACKEND (1)',
    'SELECT * FROM t WITH (TABLOCKX)',
  ],
  'a comment, which engines read differently': [
    'SELECT 1 -- x',
    'SELECT 1 --1; DROP TABLE t',
    'SELECT /* x */ 1',
    'SELECT /*! DELETE */ 1',
    'SELECT 1 # x',
    '/**/DELETE FROM t',
  ],
  'quoting that engines read differently': [
    "SELECT 'a\\'; DROP TABLE t -- '",
    'SELECT $$a$$',
    'SELECT $x$ ; DROP TABLE t $x$',
    "SELECT E'\\x41'",
    "SELECT N'a'",
    'SELECT `a;drop table t`',
    "SELECT [a'] ; DROP TABLE x --'",
    'SELECT "a\\"',
    "SELECT 'a",
    'SELECT @x := 1',
    "SELECT '\0'",
  ],
  'any other statement': [
    'DELETE FROM t',
    'PRAGMA writable_schema=1',
    "ATTACH 'x' AS y",
    'DROP TABLE t',
    'UPDATE t SET a = 1',
    'INSERT INTO t VALUES (1)',
    'VACUUM',
    "COPY t TO PROGRAM 'sh'",
    'CALL p()',
    'DO $$ $$',
    'SET x = 1',
    'BEGIN',
    'SHOW TABLES',
    '',
    ' ',
    ';',
    '(SELECT 1)',
    'EXPLAIN',
    'EXPLAIN x',
    'ＳＥＬＥＣＴ 1',
    `SELECT ${'1,'.repeat(20_000)}1`,
  ],
}

describe('whether a SQL text surely only reads', () => {
  it.each(READS)('accepts %s', (sql) => {
    expect(isSqlRead(sql)).toBe(true)
  })

  for (const [kind, texts] of Object.entries(NOT_SURELY_READS)) {
    it(`does not trust ${kind}`, () => {
      expect(texts.filter(isSqlRead)).toEqual([])
    })
  }

  it('is right about SQLite: whatever it accepts changes nothing there', () => {
    const db = new DatabaseSync(':memory:')
    db.exec('CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4)')
    const state = () =>
      JSON.stringify(
        db
          .prepare(
            'SELECT total_changes() AS n, (SELECT group_concat(sql) FROM sqlite_schema) AS s',
          )
          .get(),
      )
    const before = state()
    const pieces = fc.constantFrom(
      'SELECT',
      'a',
      'b',
      '*',
      'FROM',
      't',
      'WITH',
      'x',
      'AS',
      '(',
      ')',
      ',',
      ';',
      'DELETE',
      'INSERT',
      'INTO',
      'VALUES',
      '1',
      "'q'",
      "'",
      '"',
      'UPDATE',
      'SET',
      '=',
      'REPLACE',
      'DROP',
      'TABLE',
      'UNION',
      'count',
      '--',
      '/*',
      '*/',
      '\n',
      'RETURNING',
      'PRAGMA',
      'user_version',
      'EXPLAIN',
      'ATTACH',
      'WHERE',
      'CREATE',
      '`',
      '[',
      ']',
      'abs',
      'COMMIT',
      'IN',
      'EXISTS',
    )
    const starts = fc.constantFrom(
      '',
      'SELECT 1',
      'SELECT a FROM t',
      'WITH x AS (SELECT 1)',
      'VALUES (1)',
    )
    let accepted = 0
    fc.assert(
      fc.property(starts, fc.array(pieces, { maxLength: 8 }), (start, rest) => {
        const sql = [start, ...rest].join(' ')
        if (!isSqlRead(sql)) return
        accepted++
        try {
          db.exec(sql)
        } catch {
          // Nonsense is refused by the engine and changes nothing.
        }
        expect(state()).toBe(before)
      }),
      { numRuns: 20_000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })
})
