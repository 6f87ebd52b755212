// Rights over everything, in the words of many dialects: who is given them can do whatever a statement can.
// Data and lookup only.
import type { SqlToken } from './token.ts';

const TOP =
  /^(?:superuser|createrole|bypassrls|dba|sysdba|sysoper|sysadmin|securityadmin|serveradmin|db_owner|db_securityadmin|accountadmin|orgadmin|useradmin|superadmin|rds_superuser|cloudsqlsuperuser|azure_pg_admin|pg_execute_server_program|pg_write_server_files|pg_read_server_files|rdsadmin|account_admin|metastore_admin)$/i;

/** Does one of the words, names or strings behind `from` give rights over everything? */
export function givesTopRights(tokens: readonly SqlToken[], from: number): boolean {
  return tokens.some(({ text }, index) => index > from && text.length <= 40 && TOP.test(text.replace(/^['"`[]|['"`\]]$/g, '')));
}
