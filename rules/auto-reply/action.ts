// What a rule does: which lines it sends in which order, and to whom it hands the customer.
import type { Content } from '../reply/content.ts'
import type { NamedReceiver } from '../session/reception.ts'

type MessageStep<C = Content> = C extends { type: infer T } ? Omit<C, 'type'> & { kind: T } : never
export type AnswerStep =
  | MessageStep
  | { kind: 'agent'; uid: number }
  | { kind: 'group'; groupId: number }
  | { kind: 'queue' }
  | { kind: 'none' }
/** A rule's action as it is stored and shown: its first step, with all further steps in `then`. */
export type Action = AnswerStep & { then?: AnswerStep[] }
/**
 * What a rule does when it answers: the lines it sends, and to whom it hands the customer. `named`
 * is null if it hands the customer to nobody.
 */
export type Deeds = { answers: Content[]; named: NamedReceiver | null }

export const stepsOf = ({ then = [], ...first }: Action): AnswerStep[] => [first, ...then]

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

function namedIn(step: AnswerStep): NamedReceiver | null {
  if (step.kind === 'agent') return { kind: 'user', uid: step.uid }
  if (step.kind === 'group') return { kind: 'group', groupId: step.groupId }
  return step.kind === 'queue' ? { kind: 'other' } : null
}
