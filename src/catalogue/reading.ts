/** Reads a JSON value member by member; what does not fit is a message that names file, path and rule. */
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'

/** One place in a file: its path and the value found there. Every method throws `catalogue_invalid`. */
export class Reading {
  readonly file: string
  readonly path: string
  readonly value: JsonValue

  constructor(file: string, path: string, value: JsonValue) {
    this.file = file
    this.path = path
    this.value = value
  }

  failure(rule: string): Failure {
    return new Failure(
      'catalogue_invalid',
      `${this.file}: ${this.path === '' ? '' : `${this.path}: `}${rule}`,
    )
  }

  /** The same place under a name that people recognise. */
  renamed(path: string): Reading {
    return new Reading(this.file, path, this.value)
  }

  peek(name: string): JsonValue | undefined {
    return isObject(this.value) ? this.value[name] : undefined
  }

  /** An object; with `allowed`, one that has no other members. */
  object(allowed?: readonly string[]): ObjectReading {
    if (!isObject(this.value)) throw this.failure('must be an object')
    const unknown = Object.keys(this.value).find(
      (key) => allowed !== undefined && !allowed.includes(key),
    )
    if (unknown !== undefined) throw this.failure(`has an unknown member "${unknown}"`)
    return new ObjectReading(this, this.value)
  }

  list(): readonly Reading[] {
    if (!Array.isArray(this.value)) throw this.failure('must be a list')
    return this.value.map((item, at) => new Reading(this.file, `${this.path}.${at}`, item))
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value === '')
      throw this.failure('must be a text that is not empty')
    return this.value
  }

  matching(test: (text: string) => boolean, rule: string): string {
    const text = this.text()
    if (!test(text)) throw this.failure(`must be ${rule}`)
    return text
  }

  oneOf<const T extends string>(allowed: readonly T[]): T {
    const found = allowed.find((each) => each === this.value)
    if (found === undefined) throw this.failure(`must be one of ${allowed.join(', ')}`)
    return found
  }

  wholeNumber(min: number, max: number): number {
    const { value } = this
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw this.failure(`must be a whole number from ${min} to ${max}`)
    }
    return value
  }

  /** An object of texts, such as arguments to expressions. */
  texts(): Readonly<Record<string, string>> {
    const names = Object.keys(this.object().members)
    return Object.fromEntries(names.map((name) => [name, this.object().member(name).text()]))
  }
}

/** An object that is being read. */
export class ObjectReading {
  readonly members: JsonObject
  private readonly at: Reading

  constructor(at: Reading, members: JsonObject) {
    this.at = at
    this.members = members
  }

  member(name: string): Reading {
    const found = this.optional(name)
    if (found === undefined) throw this.at.failure(`"${name}" is missing`)
    return found
  }

  optional(name: string): Reading | undefined {
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined
    const path = this.at.path === '' ? name : `${this.at.path}.${name}`
    return value === undefined ? undefined : new Reading(this.at.file, path, value)
  }
}
