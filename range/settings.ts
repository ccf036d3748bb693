/**
 * The one place of the range that reads the environment. Each program of the range is told everything by
 * whoever starts it; nothing is guessed from the machine.
 */

/** The variable's value, or undefined when it is absent or empty. */
export function setting(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

/** The variable's value; throws with its name when it is absent, because the program cannot run without it. */
export function requiredSetting(name: string): string {
  const value = setting(name)
  if (value === undefined) throw new Error(`${name} must be set`)
  return value
}

/** A TCP port; 0 (any free port) when the variable is absent. Throws on anything that is not a port. */
export function portSetting(name: string): number {
  const text = setting(name) ?? '0'
  const port = Number(text)
  // 65535 is the largest TCP port (RFC 9293).
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${name} is not a port: ${text}`)
  return port
}

/**
 * For the environment of a Node child that inherits none: where compiled modules are kept, when whoever started us
 * keeps them. Half of what a short-lived tool server does is compiling.
 */
export function compiledCode(): Readonly<Record<string, string>> {
  const folder = setting('NODE_COMPILE_CACHE')
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}
