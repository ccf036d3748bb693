import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { writeProfile } from '../../src/cli/profile.ts'
import { agentList, registeredAgent } from '../../src/contract/agents.ts'
import { approvalList } from '../../src/contract/approvals.ts'
import { caseList } from '../../src/contract/cases.ts'
import { checkpoint, inclusion, ledgerReport } from '../../src/contract/ledger.ts'
import { onDuty, personList } from '../../src/contract/people.ts'
import { activeBundle, bundleList } from '../../src/contract/policies.ts'
import { coverageReport } from '../../src/contract/roster.ts'
import { stopList } from '../../src/contract/stops.ts'
import { taskList } from '../../src/contract/tasks.ts'
import { toolList } from '../../src/contract/tools.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { profileFor } from '../harness/passkeys.ts'
import { addPerson, type TestPerson } from '../harness/plane.ts'
import { type Asker, run } from './terminal.ts'

let net: NetPlane
let folder: string
/** Auditors read everything and decide nothing. */
let omar: TestPerson

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  net = await startNetPlane()
  omar = await addPerson(net.plane.gateway, 'Omar', ['auditor'])
  const agent = await net.newAgent()
  await agent.call('net__look', { target: 'web-14' })
  await agent.close()
})
afterAll(async () => {
  await net.plane.close()
  rmSync(folder, { recursive: true, force: true })
})

const as = (person: TestPerson): Asker => ({ url: net.plane.gateway.baseUrl, token: person.token })

describe('a read', () => {
  // biome-ignore format: a table reads best with one row per line
  const reads: readonly (readonly [command: string, answer: z.ZodType, says: RegExp])[] = [
    ['agent list', agentList, /^NAME +STATE +MODE +OWNER +MAY USE +ID\n/],
    ['agent show triage', agentList.shape.agents.element, /state +active\n/],
    ['approval list', approvalList, /Nothing is pending\./],
    ['task list --state open', taskList, /INC-482 +respond +open/],
    ['tool list', toolList, /net__unreviewed +tool +blocked pending review/],
    ['tool list --status approved', toolList, /net__block +tool +reviewed +contain/],
    ['person list', personList, /omar@soc\.example +auditor +active/],
    ['person show Dana', personList.shape.people.element, /certified[\s\S]* annotate, by academy, until 20/],
    ['roster show', onDuty, /shift-lead +Dana +primary/],
    ['policy list', bundleList, /^VERSION +CODE +PUBLISHED +BY\n/],
    ['policy show', activeBundle, /monitored +nothing: every action is enforced/],
    ['case list', caseList, /INC-482 +open +2 +SSH brute force/],
    ['case show INC-482', caseList.shape.cases.element, /net__look +read +applied/],
    ['ledger checkpoint', checkpoint, /^localhost\/countersign\/main\n\d+\n/],
    ['ledger check', ledgerReport, /^ok: \d+ entries, and everything they promise holds\n$/],
    ['ledger prove 0', inclusion, /in the tree of +\d+ entries/],
    ['stop list', stopList, /Nothing is stopped\./],
  ]

  it.each(reads)(
    '%s answers people with text and programs with one object of the contract',
    async (command, answer, says) => {
      const text = await run(as(omar), ...command.split(' '))
      expect([command, text.code]).toEqual([command, 0])
      expect(text.out).toMatch(says)
      const json = await run(as(omar), ...command.split(' '), '--json')
      expect(answer.safeParse(JSON.parse(json.out))).toMatchObject({ success: true })
    },
  )

  it('tells times in the zone of the reader with its offset, or in UTC', async () => {
    const local = await run(as(omar), 'case', 'list')
    expect(local.out).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/)
    const utc = await run(as(omar), 'case', 'list', '--utc')
    expect(utc.out).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
  })

  it('explains a case by who decided what', async () => {
    const { code, out } = await run(as(omar), 'case', 'explain', 'INC-482')
    expect(code).toBe(0)
    expect(out).toMatch(/net__look \(query:device, read\): applied/)
  })

  it('shows the definition of a tool and drafts the careful classification', async () => {
    const shown = await run(as(omar), 'tool', 'show', 'net__unreviewed')
    expect(shown.out).toContain('"description": "Does unreviewed."')
    const draft = await run(as(omar), 'tool', 'review', 'net__unreviewed', '--draft')
    expect(draft.out).toMatch(/^name: unreviewed\ndefinition: sha256:/)
    const diff = await run(as(omar), 'tool', 'diff', 'net__block')
    expect(diff.out).toBe('Nothing changed since the review.\n')
  })
})

describe('roster gaps', () => {
  it('names who is missing when, for what, and exits 1 [R145]', async () => {
    const text = await run(as(omar), 'roster', 'gaps', '--weeks', '1', '--utc')
    expect(text.code).toBe(1)
    expect(text.out).toMatch(/^FROM +TO +ROLE +WHY +CLASSES\n/)
    // The shifts of the harness end in twelve hours.
    expect(text.out).toMatch(/shift-lead +nobody is on duty +.*contain:/)
    expect(text.out).toMatch(/anybody +nobody could press stop/)
    const json = await run(as(omar), 'roster', 'gaps', '--json')
    const report = coverageReport.parse(JSON.parse(json.out))
    expect(report.to_ms - report.from_ms).toBe(4 * 7 * 24 * 3_600_000)
    expect(report.without_stop_holder).toHaveLength(1)
  })

  it('takes one to eight weeks', async () => {
    const { code, err } = await run(as(omar), 'roster', 'gaps', '--weeks', '9')
    expect([code, err]).toEqual([2, expect.stringContaining('request_invalid')])
  })
})

describe('a login link', () => {
  it('is printed for oneself, and by a platform engineer for others', async () => {
    const { dana, petra, gateway } = net.plane
    const own = await run(as(dana), 'login')
    expect(own.out).toMatch(new RegExp(`^${gateway.baseUrl}/login#cs_login_[\\w-]{43}\n$`))
    expect(own.err).toMatch(/^Good once, until /)
    expect((await run(as(petra), 'login', '--for', 'Dana')).code).toBe(0)
    const no = await run(as(dana), 'login', '--for', 'Petra')
    expect([no.code, no.err]).toEqual([6, expect.stringContaining('login.issue needs one of')])
  })
})

describe('a change', () => {
  it('reviews a tool with its completed draft, and with no draft of another tool', async () => {
    const { petra } = net.plane
    const file = join(folder, 'draft.yaml')
    const review = ['tool', 'review', 'net__unreviewed', '--entry', file, '--yes']
    const draft = await run(as(petra), 'tool', 'review', 'net__unreviewed', '--draft')
    writeFileSync(file, draft.out.replace('unreviewed', 'block'))
    expect((await run(as(petra), ...review)).err).toContain('is the entry of "block"')
    writeFileSync(file, draft.out.replace(/sha256:\w{4}/, 'sha256:0000'))
    expect((await run(as(petra), ...review)).err).toContain('error seen_digest_mismatch: ')
    writeFileSync(file, draft.out.replace('kind: unknown', 'kind: device\n  from: args.target'))
    expect(await run(as(petra), ...review)).toMatchObject({
      code: 0,
      out: 'net__unreviewed is approved, effect destructive.\n',
    })
  })

  it('by somebody without the role exits 6 and names who may', async () => {
    const { code, err } = await run(as(omar), 'agent', 'suspend', 'triage')
    expect(code).toBe(6)
    expect(err).toContain('error not_permitted: ')
    expect(err).toContain('needs one of: platform-engineer')
  })

  it('puts a person on the books, with the token in a file only they can read', async () => {
    const file = join(folder, 'rosa.token')
    const { petra } = net.plane
    const made = await run(
      as(petra),
      'person',
      'register',
      '--name',
      'Rosa Vidal',
      '--email',
      'rosa@soc.example',
      '--role',
      'analyst',
      '--role',
      'shift-lead',
      '--token-out',
      file,
    )
    expect(made.code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(made.out + made.err).not.toContain('cs_person_')
    const asked = await run(
      { url: net.plane.gateway.baseUrl },
      'person',
      'show',
      'rosa@soc.example',
      '--token-file',
      file,
    )
    expect(asked.out).toContain('analyst shift-lead')
    expect(asked.out).toContain('for nothing')
    const shift = [
      '--role',
      'analyst',
      '--person',
      'Rosa Vidal',
      '--from',
      '2030-01-01 08:00',
      '--to',
      '2030-01-01T16:00:00Z',
    ]
    const proposed = await run(as(petra), 'roster', 'add', ...shift, '--propose', 'a first shift')
    expect(proposed.code).toBe(4)
    const [, change = ''] = /change ([0-9a-f-]{36}) waits/.exec(proposed.err) ?? []
    const { dana, gateway } = net.plane
    const profile = profileFor(folder, gateway.baseUrl, dana)
    expect((await run({ profile }, 'change', 'confirm', change)).code).toBe(0)
    expect(
      (
        await run(
          as(petra),
          'person',
          'certify',
          'Rosa Vidal',
          '--for',
          'contain',
          '--issuer',
          'academy',
        )
      ).code,
    ).toBe(0)
    expect((await run(as(petra), 'person', 'roles', 'Rosa Vidal', 'analyst')).out).toBe(
      'Rosa Vidal is active: analyst.\n',
    )
    expect((await run(as(petra), 'person', 'suspend', 'Rosa Vidal')).out).toContain('is suspended')
    const gone = await run({ url: net.plane.gateway.baseUrl }, 'case', 'list', '--token-file', file)
    expect(gone.code).toBe(6)
  })

  it('registers an agent with a key made here; the private half stays in its file', async () => {
    const file = join(folder, 'hunter.jwk')
    const { petra } = net.plane
    expect((await run({}, 'agent', 'key', 'new', file)).code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = await run({}, 'agent', 'key', 'new', file)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('a key is never replaced')])
    const args = [
      '--name',
      'hunter',
      '--subject',
      'spiffe://test.example/hunter',
      '--owner',
      'Alex',
      '--grant',
      'net/*',
    ]
    const made = await run(as(petra), 'agent', 'register', ...args, '--key', file, '--json')
    expect(registeredAgent.parse(JSON.parse(made.out)).agent.state).toBe('proposed')
    const secret = (JSON.parse(readFileSync(file, 'utf8')) as { d: string }).d
    expect(made.out + made.err).not.toContain(secret)
    expect((await run(as(petra), 'agent', 'activate', 'hunter')).out).toContain('hunter is active')
    expect((await run(as(petra), 'agent', 'change', 'hunter', '--mode', 'shadow')).out).toContain(
      'mode shadow',
    )
    const opened = await run(
      as(net.plane.alex),
      'task',
      'open',
      '--agent',
      'hunter',
      '--case',
      'INC-482',
      '--purpose',
      'hunt',
    )
    expect(opened.code).toBe(0)
    const closed = await run(as(net.plane.alex), 'task', 'close', opened.out.trim().slice(-12))
    expect(closed.out).toContain('Closed')
    expect((await run(as(petra), 'agent', 'retire', 'hunter')).out).toContain('hunter is retired')
  })

  it('reviews a tool by the definition that was shown, and takes it away again', async () => {
    const entry = join(folder, 'entry.yaml')
    writeFileSync(entry, 'effect: read\nverb: query\ntarget: { kind: case }\n')
    const { petra } = net.plane
    const wrong = await run(
      as(petra),
      'tool',
      'review',
      'net__unreviewed',
      '--entry',
      entry,
      '--yes',
      '--seen',
      `sha256:${'0'.repeat(64)}`,
    )
    expect(wrong.err).toContain('error seen_digest_mismatch: ')
    const made = await run(
      as(petra),
      'tool',
      'review',
      'net__unreviewed',
      '--entry',
      entry,
      '--yes',
    )
    expect([made.code, made.out]).toEqual([0, 'net__unreviewed is approved, effect read.\n'])
    const gone = await run(as(petra), 'tool', 'review', 'net/unreviewed', '--suspend')
    expect(gone.out).toContain('is suspended')
  })

  it('stops at once without a reason, and resumes only with one and the role', async () => {
    const stopped = await run(as(net.plane.alex), 'stop', 'agent', 'triage')
    expect([stopped.code, stopped.out]).toEqual([0, 'Stopped: agent triage.\n'])
    const id = /resume (\S+)/.exec(stopped.err)?.[1] ?? ''
    expect((await run(as(net.plane.alex), 'resume', id)).code).toBe(2)
    expect((await run(as(net.plane.alex), 'resume', id, '--reason', 'fine')).code).toBe(6)
    expect(
      (await run(as(net.plane.dana), 'resume', id.slice(-8), '--reason', 'it was us')).code,
    ).toBe(0)
    expect((await run(as(omar), 'stop', 'list')).out).toBe('Nothing is stopped.\n')
    expect((await run(as(net.plane.alex), 'stop', 'writes', 'all')).code).toBe(2)
  })

  it('publishes a policy directory', async () => {
    const { code, out } = await run(as(net.plane.petra), 'policy', 'publish', 'policies/base')
    expect(code).toBe(0)
    expect(out).toMatch(/^Policy version \d+ is active: [0-9a-f]{4}-[0-9a-f]{4} sha256:/)
  })
})

describe('a case export', () => {
  it('verifies with its trust policy, says less without it, and fails with one byte changed', async () => {
    const file = join(folder, 'case.countersign')
    const trust = join(folder, 'trust.txt')
    const made = await run(
      as(net.plane.dana),
      'case',
      'export',
      'INC-482',
      '-o',
      file,
      '--trust-out',
      trust,
    )
    expect(made.code).toBe(0)
    expect(made.err).toContain('gets that key from somewhere else')
    expect((await run({}, 'verify', file, '--trust', trust)).code).toBe(0)
    expect((await run({}, 'verify', file)).code).toBe(8)
    const bytes = readFileSync(file)
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = (bytes[middle] ?? 0) ^ 1
    const altered = join(folder, 'altered.countersign')
    writeFileSync(altered, bytes)
    expect((await run({}, 'verify', altered, '--trust', trust)).code).toBe(5)
    expect((await run({}, 'verify', join(folder, 'none'))).code).toBe(1)
    const verdict = await run({}, 'verify', file, '--trust', trust, '--json')
    expect(JSON.parse(verdict.out)).toMatchObject({
      exitCode: 0,
      summary: expect.stringContaining('verified'),
    })
  })

  it('never replaces a file, and leaves none behind when it is refused', async () => {
    const file = join(folder, 'twice.countersign')
    writeFileSync(file, 'mine')
    const again = await run(as(net.plane.dana), 'case', 'export', 'INC-482', '-o', file)
    expect([again.code, readFileSync(file, 'utf8')]).toEqual([1, 'mine'])
    const refused = await run(
      as(net.plane.alex),
      'case',
      'export',
      'INC-482',
      '-o',
      join(folder, 'refused'),
    )
    expect([refused.code, existsSync(join(folder, 'refused'))]).toEqual([6, false])
  })

  it('proves single entries in the format others read', async () => {
    const out = join(folder, 'entry.tlog-proof')
    expect((await run(as(omar), 'ledger', 'prove', '1', '-o', out)).code).toBe(0)
    expect(readFileSync(out, 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 1\n/)
  })
})

describe('a profile', () => {
  it('picks a person by name, and refuses a token file that others can read', async () => {
    const profile = join(folder, 'profile', 'cli.json')
    writeProfile(profile, net.plane.gateway.baseUrl, {
      omar: omar.token,
      dana: net.plane.dana.token,
    })
    const text = readFileSync(profile, 'utf8')
    expect(text).not.toContain('cs_person_')
    expect((await run({ profile }, 'case', 'list', '--as', 'omar')).code).toBe(0)
    const nobody = await run({ profile }, 'case', 'list')
    expect([nobody.code, nobody.err]).toEqual([6, expect.stringContaining('--as omar|dana')])
    const unknown = await run({ profile }, 'case', 'list', '--as', 'eve')
    expect([unknown.code, unknown.err]).toEqual([6, expect.stringContaining('it knows omar, dana')])
    chmodSync(join(folder, 'profile', 'tokens', 'dana'), 0o640)
    const open = await run({ profile }, 'case', 'list', '--as', 'dana')
    expect([open.code, open.err]).toEqual([1, expect.stringContaining('chmod 600')])
  })
})
