/** What every part of the decision view is given: the request as the gateway has it, and its package as read. */
import type { Approval } from '../api/wire.ts'
import type { Package } from './package.ts'

export type DecisionProps = { readonly request: Approval; readonly shown: Package }
