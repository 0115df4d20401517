// Names for the stored numbers that say to whom a quick reply belongs: to one person, or to the
// whole company.
export const scopes = { personal: 1, shared: 2 } as const
export type Scope = keyof typeof scopes

export const scopeOf = (type: number): Scope => (type === scopes.shared ? 'shared' : 'personal')
