/** A person decides a group as the command line does: reads every member, then signs the list. */
import { bindGroup, type GroupMember, type GroupVerdict } from '../../src/approval/group.ts'
import { signedBy } from './passkeys.ts'
import { consequencesIn, type RestAnswer, rest } from './people.ts'
import type { Reach, TestPerson } from './plane.ts'

type Shown = RestAnswer['body']

export async function decideGroup(
  plane: Pick<Reach, 'gateway'>,
  person: TestPerson,
  verdict: GroupVerdict,
  ids: readonly string[],
  excluded: readonly string[] = [],
): Promise<RestAnswer> {
  const look = async (id: string) =>
    (await rest(plane, person, 'GET', `/api/v1/approvals/${id}`)).body
  const members = await Promise.all(ids.map(look))
  const left = await Promise.all(excluded.map(look))
  const [first] = members
  const bound = bindGroup({
    tenant: 'main',
    verdict,
    members: members.map(memberOf),
    excluded: left.map(memberOf),
  })
  const named = ({ id, action_digest: digest }: Shown) => ({ id, seen_digest: digest })
  return rest(plane, person, 'POST', '/api/v1/approvals/group', {
    verdict,
    members: members.map(named),
    excluded: left.map(named),
    seen_digest: bound.digest,
    reason: 'one campaign, one answer',
    ...(verdict === 'approve' && first !== undefined
      ? {
          acknowledged: consequencesIn(first),
          ...signedBy(plane.gateway.baseUrl, person, bound.digest),
        }
      : {}),
  })
}

function memberOf(shown: Shown): GroupMember {
  const { targets } = (shown.package as unknown as { value: Pick<GroupMember, 'targets'> }).value
  return {
    request: String(shown.id),
    actionDigest: String(shown.action_digest) as `sha256:${string}`,
    targets: targets.map(({ kind, id }) => ({ kind, id })),
  }
}
