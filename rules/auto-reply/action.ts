// What a rule does: lines in their order, and who is to receive the customer.
import type { Content } from '../reply/content.ts'
import type { Named } from '../session/reception.ts'

type Said<C = Content> = C extends { type: infer T } ? Omit<C, 'type'> & { kind: T } : never
export type Step =
  | Said
  | { kind: 'agent'; uid: number }
  | { kind: 'group'; groupId: number }
  | { kind: 'queue' }
  | { kind: 'none' }
/** As it is stored and shown: the first step, and behind it the others. */
export type Action = Step & { then?: Step[] }
/** `named` null: nobody is asked to receive them. */
export type Deeds = { answers: Content[]; named: Named | null }

export const stepsOf = ({ then = [], ...first }: Action): Step[] => [first, ...then]

export function readAction(action: Action): Deeds {
  const steps = stepsOf(action)
  return {
    answers: steps.flatMap((step) => {
      if (step.kind === 'none' || namedIn(step)) return []
      const { kind: type, ...rest } = step
      return [{ type, ...rest } as Content]
    }),
    named: steps.map(namedIn).find((named) => named !== null) ?? null,
  }
}

function namedIn(step: Step): Named | null {
  if (step.kind === 'agent') return { kind: 'user', uid: step.uid }
  if (step.kind === 'group') return { kind: 'group', groupId: step.groupId }
  return step.kind === 'queue' ? { kind: 'other' } : null
}
