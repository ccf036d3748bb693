/** A change that waits for a second person: Dana's, to put somebody on the rota. */
import type { Plane, TestPerson } from './plane.ts'

export async function proposeShift(
  plane: Pick<Plane, 'gateway'>,
  by: TestPerson,
  person: TestPerson,
  reason = 'she takes over nights from Monday',
): Promise<string> {
  const response = await fetch(`${plane.gateway.baseUrl}/api/v1/roster/shifts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${by.token}`,
      'content-type': 'application/json',
      'countersign-propose': encodeURIComponent(reason),
    },
    body: JSON.stringify({
      role: 'analyst',
      person: person.id,
      from_ms: 1_900_000_000_000,
      to_ms: 1_900_028_800_000,
      source: 'by-hand',
    }),
  })
  const { detail } = (await response.json()) as { detail: string }
  const [, id] = /change ([0-9a-f-]{36}) waits/.exec(detail) ?? []
  if (id === undefined) throw new Error(`not proposed: ${detail}`)
  return id
}
