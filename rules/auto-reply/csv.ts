// Rules as a table that people open in a spreadsheet. A cell that a spreadsheet would take for a formula gets an apostrophe before it
// and loses it again on the way back, so nothing runs and nothing changes.
const formula = /^'*[=+\-@\t\r＝＋－＠]/

export const guarded = (text: string) => (formula.test(text) ? `'${text}` : text)
export const bare = (text: string) =>
  text.startsWith("'") && formula.test(text) ? text.slice(1) : text
