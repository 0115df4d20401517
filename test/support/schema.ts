// Reads tables, columns and indexes from the database itself.
import type { Sql } from '../../src/store/engine/sql.ts'
import { isCluster } from './edition.ts'

const asked = isCluster
  ? [
      "select concat_ws(' ', table_name, column_name, ordinal_position, column_type, is_nullable, column_default, collation_name) as what" +
        ' from information_schema.columns where table_schema = database() order by 1',
      "select concat_ws(' ', table_name, index_name, seq_in_index, column_name, non_unique) as what" +
        ' from information_schema.statistics where table_schema = database() order by 1',
    ]
  : [
      "select m.name || ' ' || c.name || ' ' || c.cid || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk as what" +
        " from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' order by 1",
      "select m.name || ' ' || i.name || ' ' || i.\"unique\" || ' ' || (select group_concat(name) from pragma_index_info(i.name)) as what" +
        " from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' order by 1",
    ]

export async function schemaOf(sql: Pick<Sql, 'all'>): Promise<string[]> {
  const lists = await Promise.all(asked.map((query) => sql.all<{ what: string }>(query)))
  return lists.flat().map(({ what }) => what)
}
