/** Addresses an operator may name: what goes over the open network is encrypted; only this machine is spoken to in clear. */
import { z } from 'zod'

const LOCAL = ['localhost', '127.0.0.1', '[::1]']

export function isThisMachine(host: string): boolean {
  return LOCAL.includes(host)
}

export const encryptedUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => text.startsWith('https:') || isThisMachine(new URL(text).hostname),
    'must be https, except to this machine',
  )
