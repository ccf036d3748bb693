/**
 * The rules of a plan's life, for a stranger who reads the record: a call made under a plan comes after the yes to
 * exactly that plan and before its end, and the steps go forward only.
 */
import type { PlacedEntry, Report } from './finding.ts'

type Plan = { request: string; steps: number; at: number; isOver: boolean }

export class PlanRules {
  private readonly report: Report
  private readonly granted = new Set<string>()
  private readonly plans = new Map<string, Plan>()

  constructor(report: Report) {
    this.report = report
  }

  add(at: PlacedEntry): void {
    const { type, data } = at.entry
    const plan = this.plans.get(String(data.plan))
    if (type === 'approval.granted') {
      this.granted.add(String(data.request))
    } else if (type === 'plan.proposed') {
      const request = String(data.request)
      this.plans.set(String(data.plan), {
        request,
        steps: Number(data.steps),
        at: 0,
        isOver: false,
      })
    } else if (type === 'plan.stopped' || type === 'plan.completed') {
      if (plan === undefined) this.report('plan_unknown', at, `plan ${String(data.plan)}`)
      else if (plan.isOver) this.report('plan_ended', at, `plan ${String(data.plan)} ended before`)
      else plan.isOver = true
    } else if (type === 'tool.call.dispatched' && data.plan !== undefined) {
      this.dispatched(at, plan)
    }
  }

  private dispatched(at: PlacedEntry, plan: Plan | undefined): void {
    const { data } = at.entry
    const what = `plan ${String(data.plan)}`
    if (plan === undefined) {
      this.report('plan_unknown', at, what)
      return
    }
    if (!this.granted.has(plan.request)) this.report('plan_not_approved', at, what)
    if (plan.isOver) this.report('plan_ended', at, what)
    const step = Number(data.step)
    const isNext = step === plan.at || step === plan.at + 1
    if (!isNext || step >= plan.steps) this.report('plan_order', at, `${what}, step ${step}`)
    plan.at = step
  }
}
