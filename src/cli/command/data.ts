// Commands about data: backup and restore, schema.
// Data only: actions are loaded when they run. Never put a secret, or anything that looks like one, into an example.
import type { CommandSpec } from '../command.ts';

export const dataCommands: readonly CommandSpec[] = [
  {
    usage: 'backup <path>',
    group: 'Data:',
    summary: 'Write a backup to a new file, while the gateway runs or not',
    details: 'It holds objects, log and wrapped keys, but not the master key: keep that one elsewhere.',
    needs: 'store',
    examples: [['backup sallyport.backup', 'mode 0600; refuses a file that exists']],
    load: async () => (await import('../action/backup.ts')).backupAction,
  },
  {
    usage: 'restore <path>',
    group: 'Data:',
    summary: 'Restore a backup into an empty data directory or database',
    details: 'Every log in the backup is verified first. The master key of the backed-up gateway must be put back by hand.',
    needs: 'store',
    examples: [['restore sallyport.backup --data /var/lib/sallyport', 'then put master.key there, and serve']],
    load: async () => (await import('../action/backup.ts')).restoreAction,
  },
  {
    usage: 'key',
    group: 'Data:',
    summary: 'Keys of the vault',
    needs: 'nothing',
    commands: [
      {
        usage: 'rotate [which]',
        summary: 'Take a new key into use: `data` (what is sealed from now on) or `master` (what wraps the data keys)',
        details:
          '`data` goes through the running gateway. `master` works on the data directory while no gateway runs on it: it makes a new key file, wraps every data key\n' +
          'anew, and only then replaces the old file. It can be repeated after a crash.',
        needs: 'gateway',
        examples: [
          ['key rotate', 'a new data key'],
          ['key rotate master', 'a new master key, gateway stopped'],
        ],
        load: async () => (await import('../action/keys.ts')).rotateKeyAction,
      },
    ],
  },
];
