// Task tokens by token exchange (RFC 8693). `node token.mjs` prints one; `taskTokens()` keeps one fresh.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint, importJWK, SignJWT } from 'jose'

const env = process.env
const base = env.COUNTERSIGN_URL ?? 'http://localhost:7070'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

// Who the agent is, signed with its own key. Good for one exchange, so each has a fresh `jti`.
async function workloadJwt() {
  const key = JSON.parse(readFileSync(env.AGENT_KEY, 'utf8'))
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: await calculateJwkThumbprint(key) })
    .setIssuer(env.AGENT_SUBJECT)
    .setSubject(env.AGENT_SUBJECT)
    .setAudience(`${base}/oauth/token`)
    .setIssuedAt()
    .setExpirationTime('2m')
    .setJti(randomUUID())
    .sign(await importJWK(key, 'ES256'))
}

async function exchange(task) {
  const workload = await workloadJwt()
  const { AGENT_CASE: id, AGENT_PURPOSE: purpose = 'respond' } = env
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    actor_token: workload,
    actor_token_type: JWT,
    subject_token: workload,
    subject_token_type: JWT,
    resource: `${base}/mcp`,
    authorization_details: JSON.stringify([{ type: 'countersign_task', case: id, purpose, task }]),
  })
  const response = await fetch(`${base}/oauth/token`, { method: 'POST', body: form })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${answer.countersign_code}: ${answer.error_description}`)
  return answer
}

// The first token opens a task, or joins the one a person opened. Renewed tokens belong to the same task.
export function taskTokens() {
  let task = env.AGENT_TASK
  let held
  return async () => {
    if (held === undefined || held.endsAt < Date.now()) {
      const answer = await exchange(task)
      const endsAt = Date.now() + (answer.expires_in - 60) * 1000
      if (task === undefined) console.error(`task ${answer.authorization_details[0].task}`)
      task = answer.authorization_details[0].task
      held = { token: answer.access_token, endsAt }
    }
    return held.token
  }
}

if (import.meta.main) {
  taskTokens()().then(console.log, (error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
