// `sallyport schema`: the JSON Schema of object files.
import { objectJsonSchema } from '../../object/json-schema.ts';
import { type Action, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';

export const schemaAction: Action = async (run) => {
  const schema = objectJsonSchema();
  show(run, schema, () => JSON.stringify(schema, null, 2));
  return exitCode.ok;
};
