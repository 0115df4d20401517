/** Which part of a list is asked for: the first one without a cursor. */
export type ListPage = { cursor?: string | undefined; limit: number }
