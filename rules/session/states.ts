// The states of a session by their names, as rows and the API number them. docs/glossary.md says
// what each means.
export const queued = 3
export const waiting = 0
export const active = 1
export const group = 2
export const closed = -1
export const waitingTimedOut = -2
export const queueTimedOut = -3
export const closedByAdmin = -4
export const openStates = [waiting, active, group, queued]
export const ownedStates = [waiting, active, group]
export const closedStates = [closed, waitingTimedOut, queueTimedOut, closedByAdmin]
export const states = [...openStates, ...closedStates]
