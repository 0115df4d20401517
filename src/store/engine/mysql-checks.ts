// Checks the settings of a MySQL or MariaDB server on which the safety of the data depends, and
// says how to fix them.
import type { Sql } from './sql.ts'
import type { Finding } from './finding.ts'

type ServerVariables = Record<string, string | undefined>

const names = [
  'version',
  'character_set_connection',
  'character_set_database',
  'tx_isolation',
  'transaction_isolation',
  'sql_mode',
  'innodb_flush_log_at_trx_commit',
  'innodb_doublewrite',
  'log_bin',
  'sync_binlog',
]

type Check = {
  name: string
  good: (value: string, facts: ServerVariables) => boolean
  remedy: string
}

const checks: Check[] = [
  {
    name: 'character_set_connection',
    good: (value) => value === 'utf8mb4',
    remedy: 'The server must know utf8mb4: MySQL 8, or MariaDB 10.6 and later.',
  },
  {
    name: 'character_set_database',
    good: (value) => value === 'utf8mb4',
    remedy: 'alter database … character set utf8mb4: names and emoji need it.',
  },
  {
    name: 'isolation',
    good: (value) => value === 'READ-COMMITTED',
    remedy: 'The user must be allowed to set the isolation of its sessions.',
  },
  {
    name: 'sql_mode',
    good: (value) => value.includes('STRICT_TRANS_TABLES'),
    remedy:
      'The user must be allowed to set sql_mode: without strict mode what is too long is cut.',
  },
  {
    name: 'innodb_flush_log_at_trx_commit',
    good: (value) => value === '1',
    remedy: 'Set it to 1: else a power cut takes back what was answered.',
  },
  {
    name: 'innodb_doublewrite',
    good: (value) => value !== 'OFF',
    remedy: 'Set it to ON: else a torn page loses rows.',
  },
  {
    name: 'sync_binlog',
    good: (value, facts) => facts['log_bin'] !== 'ON' || value === '1',
    remedy: 'Set it to 1: else a replica may lack what was answered.',
  },
]

export async function checkMysql(sql: Sql): Promise<Finding[]> {
  const rows = await sql.all<{ Variable_name: string; Value: string }>(
    `show variables where Variable_name in (${names.map((name) => `'${name}'`).join(', ')})`,
  )
  const facts: ServerVariables = Object.fromEntries(
    rows.map((row) => [row.Variable_name, row.Value]),
  )
  // MariaDB has an older name for the setting that says how far transactions are isolated
  facts['isolation'] = facts['transaction_isolation'] ?? facts['tx_isolation']
  return [...checks.map((check) => finding(check, facts)), await keyFinding(sql)]
}

function finding({ name, good, remedy }: Check, facts: ServerVariables): Finding {
  const value = facts[name] ?? ''
  const ok = good(value, facts)
  return { ok, what: `${name} is ${value || 'not known'}.`, ...(!ok && { remedy }) }
}

async function keyFinding(sql: Sql): Promise<Finding> {
  const wrong = await sql.all<{ name: string }>(
    "select concat(table_name, '.', column_name) as name from information_schema.columns where table_schema = database()" +
      " and column_name in ('openid', 'appid', 'dedup_key', 'open_key', 'token_hash', 'session_id', 'message_id') and collation_name <> 'ascii_bin'",
  )
  if (wrong.length === 0) return { ok: true, what: 'Keys are compared byte by byte.' }
  return {
    ok: false,
    what: `These keys are not ascii_bin: ${wrong.map((row) => row.name).join(', ')}.`,
    remedy:
      'Two openids that differ in case would be one follower: alter these columns to character set ascii collate ascii_bin.',
  }
}
