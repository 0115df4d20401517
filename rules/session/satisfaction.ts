// The satisfaction question at the end of a session. It is a menu message whose entries contain the
// session and the grade; the customer's tap on an entry is the answer.
const words = { 1: '满意', 2: '一般', 3: '不满意' } as const
export type Grade = keyof typeof words

export const satisfactionMenu = (question: string, sessionId: string) => ({
  head: question,
  items: Object.entries(words).map(([grade, text]) => ({
    id: `grade:${sessionId}:${grade}`,
    text,
  })),
  tail: '',
})

export function readAnswer(menuId: string): { sessionId: string; grade: Grade } | null {
  const [, sessionId, grade] = /^grade:([0-9a-f]{32}):([123])$/.exec(menuId) ?? []
  return sessionId === undefined ? null : { sessionId, grade: Number(grade) as Grade }
}
