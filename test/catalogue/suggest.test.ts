import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { suggestEntry } from '../../src/catalogue/suggest.ts'
import type { Effect } from '../../src/catalogue/tool.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { definition } from './tools.ts'

type Judged = {
  readonly name: string
  readonly effect: string
  readonly annotations: JsonObject | null
}
const FILE = join(import.meta.dirname, '../../../shared/data/soc-tools.json')
const servers = existsSync(FILE)
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as readonly {
      readonly server: string
      readonly tools: readonly Judged[]
    }[])
  : []

const suggested = (name: string, annotations: JsonObject | null = null): Effect =>
  suggestEntry('tool', definition({ name, ...(annotations !== null && { annotations }) })).entry
    .worst.effect

describe('the suggested class of an unknown tool', () => {
  it.skipIf(servers.length === 0)(
    'is no read for anything that contains, changes access or destroys, and agrees on reads for nine in ten tools of the field',
    () => {
      const rows = servers.flatMap(({ server, tools }) =>
        tools.map((tool) => ({ server, ...tool })),
      )
      const asRead = rows.filter(
        ({ name, effect, annotations }) =>
          ['contain', 'identity', 'destructive'].includes(effect) &&
          suggested(name, annotations) === 'read',
      )
      expect(asRead.map(({ server, name }) => `${server}/${name}`)).toEqual([])
      const agreed = rows.filter(
        ({ name, effect, annotations }) =>
          (suggested(name, annotations) === 'read') === (effect === 'read'),
      )
      expect(agreed.length / rows.length).toBeGreaterThanOrEqual(0.9)
    },
  )

  it.skipIf(servers.length === 0)(
    'gets no weaker when every tool declares itself read-only',
    () => {
      for (const { tools } of servers) {
        for (const { name } of tools)
          expect(suggested(name, { readOnlyHint: true })).toBe(suggested(name))
      }
    },
  )

  it('reads the verb wherever a vendor puts it', () => {
    const expected: Readonly<Record<string, Effect>> = {
      listHosts: 'read',
      'get-user': 'read',
      vendor_product_search_alerts: 'read',
      ip_lookup: 'read',
      whoami: 'read',
      IsIsolated: 'read',
      check_file_reputation: 'read',
      isolateHost: 'contain',
      vendor_unblock_ip: 'contain',
      rejoin_network: 'contain',
      add_ioc: 'contain',
      disable_user: 'identity',
      'reset-user-password': 'identity',
      logout: 'identity',
      create_access_key: 'identity',
      delete_index: 'destructive',
      purge_messages: 'destructive',
      run_script: 'destructive',
      execute_tool: 'destructive',
      query_vql: 'destructive',
      add_comment: 'annotate',
      set_case_severity: 'influence',
      dismiss_alert: 'influence',
      update_dashboard: 'write',
      send_message: 'write',
    }
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, suggested(name)]))
    expect(found).toEqual(expected)
  })

  it('is not fooled by a reading word in front of a changing one', () => {
    const names = [
      'check_point_add_ip_to_group',
      'search_and_delete_email',
      'find_and_quarantine_mail',
      'get_or_create_user',
      'open_search_delete_index',
      'elastic_search_purge',
      'issue_write',
      'test_and_disable_account',
      'view_manager_reset_password_now',
      'get_oauth_token',
    ]
    expect(names.filter((name) => suggested(name) === 'read')).toEqual([])
  })

  it('is the worst there is when nothing in the name says what the tool does', () => {
    for (const name of ['graph-batch', 'extension_request', 'foo', 'purple_ai', 'do_it'])
      expect(suggested(name)).toBe('destructive')
  })

  it('rises with what the server declares against itself', () => {
    expect(suggested('get_host', { destructiveHint: true })).toBe('write')
    expect(suggested('get_host', { readOnlyHint: false })).toBe('annotate')
  })
})

describe('a suggested entry', () => {
  it("counts a newly added server as somebody else's, seen by others and written by strangers until a person says otherwise [R44]", () => {
    for (const name of ['get_host', 'isolate_host', 'foo']) {
      const { flags } = suggestEntry('tool', definition({ name })).entry.worst
      expect(flags).toEqual(
        expect.arrayContaining(['external', 'externally-visible', 'untrusted-output']),
      )
    }
  })

  it('finds the target and the arguments that confirm, and says what is still open', () => {
    const inputSchema = {
      type: 'object',
      properties: { hostname: { type: 'string' }, confirmed: { type: 'boolean' } },
    }
    const { entry, because } = suggestEntry(
      'tool',
      definition({ name: 'isolate_host', inputSchema }),
    )
    expect(entry.worst).toMatchObject({
      verb: 'contain',
      target: { kind: 'device', from: 'args["hostname"]' },
    })
    expect(entry.confirmations).toEqual([{ argument: 'confirmed', value: true }])
    expect(because.join(' ')).toContain('takes it back')
  })

  it('says that a tool hands out secrets', () => {
    expect(
      suggestEntry('tool', definition({ name: 'get_secret_value' })).entry.worst.flags,
    ).toContain('returns-secret')
  })
})
