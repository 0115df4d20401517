// The satisfaction question at the end of a session. It is a menu message whose entries contain the
// session and the grade; the customer's tap on an entry is the answer.

/** Names for the stored numbers with which a customer or a supervisor grades a session. */
export const grades = { good: 1, medium: 2, bad: 3 } as const
export type Grade = (typeof grades)[keyof typeof grades]

const gradeWords = { [grades.good]: '满意', [grades.medium]: '一般', [grades.bad]: '不满意' }

export const satisfactionMenu = (question: string, sessionId: string) => ({
  head: question,
  items: Object.entries(gradeWords).map(([grade, text]) => ({
    id: `grade:${sessionId}:${grade}`,
    text,
  })),
  tail: '',
})

export function readAnswer(menuId: string): { sessionId: string; grade: Grade } | null {
  const [, sessionId, grade] = /^grade:([0-9a-f]{32}):([123])$/.exec(menuId) ?? []
  return sessionId === undefined ? null : { sessionId, grade: Number(grade) as Grade }
}
