// Functions and procedures of SQL dialects that do more than compute. Data and lookup only.
// A name that is not listed and reads like a change (`delete_user(…)`) is taken for one.
import type { Intent } from '../../../call.ts';
import { nameVerb } from '../lexicon-verb.ts';

const LISTED: Readonly<Record<Intent, string>> = {
  read: `sp_help sp_helptext sp_who sp_who2 sp_columns sp_tables sp_databases sp_spaceused sp_pkeys sp_fkeys sp_lock pg_sleep sleep benchmark
    add_months set_bit set_byte add_days pg_ls_dir get_lock release_lock pg_advisory_lock pg_try_advisory_lock pg_advisory_unlock last_insert_rowid
    pg_stat_file result_scan lastval currval merge_histogram update_time create_time drop_null drop_nulls move_avg send_date set_union reset_value`,
  write: `nextval setval set_config pg_notify pg_reload_conf pg_stat_reset pg_stat_statements_reset lo_import lo_create lo_put lo_from_bytea pg_export_snapshot
    pg_create_restore_point pg_create_physical_replication_slot pg_create_logical_replication_slot pg_logical_emit_message pg_switch_wal pg_start_backup
    pg_backup_start pg_stop_backup cron.schedule sp_rename sp_addrolemember sp_addlinkedserver sp_addlogin sp_adduser dbms_job.submit
    dbms_scheduler.create_job sp_updatestats sp_recompile writefile`,
  destructive: `pg_terminate_backend pg_cancel_backend pg_drop_replication_slot lo_unlink pg_file_write pg_file_unlink pg_rotate_logfile pg_promote
    xp_cmdshell xp_regwrite xp_regdeletekey xp_regdeletevalue xp_servicecontrol xp_delete_file sp_oacreate sp_oamethod sp_configure sp_executesql
    sp_dropserver sp_droplogin sp_dropuser sp_msforeachtable sp_msforeachdb sp_start_job sp_delete_job sys_exec sys_eval load_extension dblink_exec
    cron.unschedule dbms_java.runjava dbms_sql.execute dbms_utility.exec_ddl_statement pg_wal_replay_pause system$abort_session
    system$cancel_all_queries system$cancel_query net.http_delete http_delete drop_hypertable drop_chunks sp_detach_db sp_addsrvrolemember sp_removedbreplication shell`,
  exfiltrative: `sp_send_dbmail lo_export pg_read_file pg_read_binary_file load_file readfile utl_http.request utl_inaddr.get_host_address utl_smtp.open_connection
    utl_file.put_line utl_file.fopen httpuritype dbms_ldap.init xp_dirtree xp_fileexist xp_subdirs http_post http_get http_put net.http_post net.http_get
    table_to_xml database_to_xml schema_to_xml query_to_xml query_to_xml_and_xmlschema database_to_xmlschema aws_s3.query_export_to_s3
    read_text read_blob url file remote postgres_scan mysql_scan postgres_query mysql_query openquery
    dblink dblink_connect openrowset opendatasource urlcluster s3cluster remotesecure bulk_export`,
};

const BY_NAME = new Map<string, Intent>();
for (const [intent, names] of Object.entries(LISTED) as [Intent, string][])
  for (const name of names.split(/\s+/)) BY_NAME.set(name, intent);

/** The class of calling this function; undefined: computes, as far as is known. `name` in lower case, schema prefix allowed. */
export function sqlFunction(name: string): Intent | undefined {
  const bare = name.slice(name.lastIndexOf('.') + 1);
  const known = BY_NAME.get(name) ?? BY_NAME.get(bare);
  if (known) return known;
  if (/^(?:utl_http|utl_smtp|utl_tcp|dbms_ldap|utl_file)\./.test(name)) return 'exfiltrative';
  if (name.startsWith('crdb_internal.force')) return 'destructive';
  const under = bare.indexOf('_');
  if (under < 1) return undefined;
  const sense = nameVerb(bare.slice(0, under));
  return sense && !sense.nounish && sense.intent !== 'read' ? sense.intent : undefined;
}
