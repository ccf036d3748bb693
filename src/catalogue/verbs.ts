/**
 * What the name of a tool says about its effect. Names lie and vendors differ, so this only suggests to a person and
 * warns of contradictions; nothing is decided by it. It reads left to right: the first word it knows as a verb
 * counts, whatever vendor or product stands before it.
 */
import type { Effect } from './tool.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Verbs that only look, in every product seen. */
const READ = words(
  `get list search find fetch lookup describe show read view count aggregate retrieve enumerate inspect browse
   summarize summarise explain compare diff compute whoami is has peek tail stat stats whois`,
)
/** Verbs that look unless a changing verb follows; some are also part of product names ("Check Point"). */
const LOOKS = words(
  `check test validate query analyze analyse investigate export download preview monitor simulate ping trace
   correlate estimate parse calculate wait evaluate top`,
)
/** Last words of names without a verb: `ip_lookup`, `server_status`. */
const LOOKING_NOUNS = words(
  'lookup search status info details stats statistics list history summary report query health read overview',
)
const DELETE = words(
  'delete destroy purge wipe erase drop truncate remove clear reimage format shred uninstall expunge empty',
)
const RUN = words(
  'run execute exec eval invoke query submit perform launch send call dispatch task script tasking',
)
/** What makes running something mean running anything. */
const PROGRAM = words(
  `command commands cmd script scripts shell bash powershell code vql sql program terminal console python tool tools
   automation playbook responder function lambda active_response`,
)
const CONTAIN = words(
  `block unblock isolate unisolate deisolate contain uncontain lift quarantine unquarantine release ban unban kill
   terminate deny sinkhole blacklist whitelist blocklist allowlist denylist disconnect rejoin detonate shun unshun
   restrict unrestrict throttle allow reconnect`,
)
const CONTAIN_NOUNS = words(
  'ioc iocs indicator indicators firewall quarantine quarantined blocklist allowlist denylist blacklist whitelist acl sinkhole isolation containment',
)
const IDENTITY_NOUNS = words(
  `user users account accounts password passwords passcode session sessions mfa factor factors role roles group groups
   permission permissions policy policies grant grants credential credentials token tokens oauth key keys secret secrets
   certificate certificates login logins member members membership application applications client principal
   identity identities access privilege privileges delegation federation sso passkey authenticator team teams owner`,
)
const IDENTITY = words(
  'login logout signin signout authenticate impersonate elevate revoke suspend unsuspend unlock lock enroll grant assume authorize authorise expire rotate',
)
const CREDENTIAL = words('oauth token tokens jwt')
const SECRET = words(
  'secret secrets password passwords passcode credential credentials laps bitlocker private',
)
const REMARK = words(
  'comment note notes tag label reaction annotate sighting worklog bookmark remark',
)
const STEER = words(
  'severity priority status verdict assignee case cases incident incidents alert alerts ticket tickets detection detections finding findings issue issues',
)
const STEERING = words(
  'assign unassign dismiss suppress merge acknowledge escalate snooze close resolve reopen triage mark change update set manage create add transition edit modify',
)
const CHANGE = words(
  `add append apply approve archive assign attach activate deactivate cancel change close commit configure copy create
   detach disable dismiss edit enable escalate extend generate import init ingest insert install link manage mark merge
   modify move mute open patch pause post publish push put reboot refresh register reject rename reply reopen replace
   reset restart restore resume rotate save schedule set share shutdown snooze start stop subscribe suppress switch sync
   toggle transfer transition trigger unassign unlink unmute unset unsubscribe update upgrade upload upsert write
   forward restart resolve send collect trash fork star provision deprovision promote demote`,
)

/** Changing verbs that also start harmless things; too little to call a hint a lie. */
const VAGUE = words(
  'trigger start generate open collect sync refresh subscribe toggle resolve switch format call',
)

/** The words of a name: `falcon_addIOC-v2` is `falcon`, `add`, `ioc`, `v2`. */
export function nameWords(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

const changes = (word: string): boolean =>
  CHANGE.has(word) || DELETE.has(word) || CONTAIN.has(word) || IDENTITY.has(word) || RUN.has(word)

/** Whether the name says that the tool only looks. Anything unclear is no. */
export function isReadName(name: string): boolean {
  const list = nameWords(name)
  if (list.includes('write')) return false
  const at = list.findIndex((word) => READ.has(word) || LOOKS.has(word) || changes(word))
  const verb = list[at]
  if (verb === undefined) return LOOKING_NOUNS.has(list.at(-1) ?? '')
  const rest = list.slice(at + 1)
  if (rest.some((word, i) => /^(?:and|or|then)$/.test(word) && changes(rest[i + 1] ?? '')))
    return false
  // "check_point_add_ip", "open_search_delete_index": the verb that counts comes later, and something follows it.
  if (rest.slice(0, -1).some(changesSurely) || DELETE.has(rest.at(-1) ?? '')) return false
  if (READ.has(verb)) return !(verb === 'get' && rest.some((word) => CREDENTIAL.has(word)))
  if (LOOKS.has(verb)) return !runsAnything(list)
  return !changesSurely(verb) && LOOKING_NOUNS.has(list.at(-1) ?? '') && !list.some(changesSurely)
}

/** Words that also serve as nouns in names of reads ("task", "query", "script", "call") do not count here. */
function changesSurely(word: string): boolean {
  return (
    (CHANGE.has(word) || DELETE.has(word) || CONTAIN.has(word) || IDENTITY.has(word)) &&
    word !== 'open'
  )
}

function runsAnything(list: readonly string[]): boolean {
  return list.some((word) => RUN.has(word)) && list.some((word) => PROGRAM.has(word))
}

/** Whether a name says plainly that the tool changes something; a read-only hint beside it is a contradiction. */
export function isPlainlyChanging(name: string): boolean {
  const list = nameWords(name)
  const first = list.find((word) => READ.has(word) || LOOKS.has(word) || changes(word))
  return (
    first !== undefined &&
    changesSurely(first) &&
    !VAGUE.has(first) &&
    !LOOKING_NOUNS.has(list.at(-1) ?? '')
  )
}

/** The worst effect the name admits, and the reason for people. Unknown words admit everything. */
export function effectOfName(name: string): { readonly effect: Effect; readonly because: string } {
  const list = nameWords(name)
  const has = (set: ReadonlySet<string>): boolean => list.some((word) => set.has(word))
  if (isReadName(name))
    return { effect: 'read', because: 'its name says that it looks something up' }
  if (runsAnything(list)) return { effect: 'destructive', because: 'it runs what an argument says' }
  if (has(DELETE))
    return { effect: 'destructive', because: 'its name says that something is removed' }
  if (has(IDENTITY_NOUNS) || has(IDENTITY)) {
    return { effect: 'identity', because: 'its name speaks of accounts, keys or permissions' }
  }
  if (has(CONTAIN) || has(CONTAIN_NOUNS)) {
    return { effect: 'contain', because: 'its name speaks of blocking, isolation or lifting it' }
  }
  if (has(REMARK)) return { effect: 'annotate', because: 'its name says that it adds a remark' }
  if (has(STEER) && has(STEERING)) {
    return { effect: 'influence', because: 'its name says that it steers a case or an alert' }
  }
  if (has(CHANGE)) return { effect: 'write', because: 'its name says that it changes something' }
  return { effect: 'destructive', because: 'nothing in its name says what it does' }
}

/** Whether a result of the tool may hold a secret, by its name. */
export function namesSecret(name: string): boolean {
  return nameWords(name).some((word) => SECRET.has(word) || CREDENTIAL.has(word))
}
