// What the exit code of a command says, in one table; docs/cli.md shows it. Never gives one code two meanings.

export const exitCode = { ok: 0, negative: 1, usage: 2, unreachable: 3, refused: 4, conflict: 5, interrupted: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitCodeMeaning: readonly (readonly [ExitCode, string])[] = [
  [exitCode.ok, 'Done; or the answer is yes.'],
  [
    exitCode.negative,
    'The answer is no: a broken log, a failed check, something that does not exist, objects that do not fit; or it failed.',
  ],
  [exitCode.usage, 'The command or its input is not understood; for `verify`: it cannot be told.'],
  [exitCode.unreachable, 'The gateway or the database cannot be reached.'],
  [exitCode.refused, 'No valid operator token, or its role may not do this.'],
  [exitCode.conflict, 'Somebody else was faster: the object has changed, the data directory is in use, the file exists.'],
  [exitCode.interrupted, 'Interrupted by Ctrl-C.'],
];

/** Exit code of a failure by its stable code; everything unknown is `negative`. */
export function exitCodeOf(code: string): ExitCode {
  return CODES.get(code) ?? exitCode.negative;
}

const CODES: ReadonlyMap<string, ExitCode> = new Map([
  ['usage', exitCode.usage],
  ['settings_invalid', exitCode.usage],
  ['invalid_objects', exitCode.usage],
  ['invalid_request', exitCode.usage],
  ['unknown_kind', exitCode.usage],
  ['file_unreadable', exitCode.usage],
  ['gateway_unreachable', exitCode.unreachable],
  ['gateway_answer_invalid', exitCode.unreachable],
  ['database_unreachable', exitCode.unreachable],
  ['store_unavailable', exitCode.unreachable],
  ['log_unavailable', exitCode.unreachable],
  ['control_unavailable', exitCode.unreachable],
  ['unauthenticated', exitCode.refused],
  ['forbidden', exitCode.refused],
  ['wrong_organization', exitCode.refused],
  ['operator_token_missing', exitCode.refused],
  ['operator_token_exposed', exitCode.refused],
  ['conflict', exitCode.conflict],
  ['backup_exists', exitCode.conflict],
  ['file_exists', exitCode.conflict],
  ['data_directory_in_use', exitCode.conflict],
  ['restore_target_not_empty', exitCode.conflict],
  ['port_in_use', exitCode.conflict],
  ['interrupted', exitCode.interrupted],
]);
