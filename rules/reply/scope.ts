// Names for the numbers that say whose a quick reply is: one person's, or the whole company's.
export const scopes = { personal: 1, shared: 2 } as const
export type Scope = keyof typeof scopes

export const scopeOf = (type: number): Scope => (type === scopes.shared ? 'shared' : 'personal')
