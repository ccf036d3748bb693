/** Key pairs of agents. The private half is written to one file and is never sent anywhere. */
import { existsSync, readFileSync } from 'node:fs'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { z } from 'zod'
import { Failure } from '../kernel/failure.ts'
import { writeSecret } from './profile.ts'

const publicParts = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
})
export type PublicJwk = z.output<typeof publicParts>

/** The public half of a JWK file, whether or not the private one stands beside it. Throws `usage_invalid`. */
export function readPublicJwk(file: string): PublicJwk {
  if (!existsSync(file)) throw new Failure('usage_invalid', `${file} does not exist`)
  try {
    return publicParts.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new Failure('usage_invalid', `${file} is not a JWK of an EC P-256 key`, { cause })
  }
}

export type MadeKey = {
  readonly private_key: string
  readonly public_key: string
  /** RFC 7638 thumbprint: the `kid` of its workload JWTs. */
  readonly key_id: string
}

/** Makes an ES256 pair: `file` and `file.pub`. Throws `conflict` rather than replace a key. */
export async function makeAgentKey(file: string): Promise<MadeKey> {
  if (existsSync(file)) throw new Failure('conflict', `${file} exists; a key is never replaced`)
  const pair = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(pair.publicKey)
  writeSecret(file, JSON.stringify(await exportJWK(pair.privateKey)))
  writeSecret(`${file}.pub`, JSON.stringify(publicJwk))
  const keyId = await calculateJwkThumbprint(publicJwk)
  return { private_key: file, public_key: `${file}.pub`, key_id: keyId }
}
