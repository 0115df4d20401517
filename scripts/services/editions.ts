/** The product with its own database file, or two processes with MariaDB and Redis. */
export type Edition = 'embedded' | 'cluster'
