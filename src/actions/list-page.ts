/** Which page of a list is asked for. Without a cursor it is the first page. */
export type ListPage = { cursor?: string | undefined; limit: number }
