// Exports and imports rules as a CSV table for spreadsheet programs. A cell that a spreadsheet
// would run as a formula gets an apostrophe in front, which is removed again on import: nothing is
// executed, and the text survives unchanged.
const formula = /^'*[=+\-@\t\r＝＋－＠]/

export const guarded = (text: string) => (formula.test(text) ? `'${text}` : text)
export const bare = (text: string) =>
  text.startsWith("'") && formula.test(text) ? text.slice(1) : text
