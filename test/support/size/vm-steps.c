/*
 * vm_steps(): how many steps SQLite's machine has taken on this connection since it was asked last. A row that is looked at takes some
 * ten of them, whether or not it is answered; nothing else that SQLite tells counts those it looked at and left out.
 */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

static void vm_steps(sqlite3_context *context, int count, sqlite3_value **values) {
  sqlite3 *database = sqlite3_context_db_handle(context);
  sqlite3_int64 sum = 0;
  sqlite3_stmt *one = 0;
  (void)count;
  (void)values;
  while ((one = sqlite3_next_stmt(database, one)) != 0) {
    if (!sqlite3_stmt_busy(one)) sum += sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 1);
  }
  sqlite3_result_int64(context, sum);
}

int sqlite3_extension_init(sqlite3 *database, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)error;
  return sqlite3_create_function(database, "vm_steps", 0, SQLITE_UTF8, 0, vm_steps, 0, 0);
}
