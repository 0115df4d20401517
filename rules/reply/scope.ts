// Whose a quick reply is: the number that it is stored with, by its name.
export const scopes = { personal: 1, shared: 2 } as const
export type Scope = keyof typeof scopes

export const scopeOf = (type: number): Scope => (type === scopes.shared ? 'shared' : 'personal')
