// Does structured content that was changed here still fit the output schema of its tool? Formats count where the original was of them: official clients
// refuse what is not. Decides nothing.
import type { Issue } from '../catalog/schema.ts';
import { isObject, type Json } from '../lib/json.ts';
import type { Flight } from './flight.ts';

/** What is wrong with a changed value; undefined when there is nothing to keep to: no schema that can be used, or an original that does not fit it. */
export function outputCheck(flight: Flight, original: Json): ((value: Json) => readonly Issue[]) | undefined {
  const definition = flight.call.target?.definition;
  if (definition === undefined || !isObject(definition.value.outputSchema)) return undefined;
  for (const formats of [true, false]) {
    const schema = flight.ports.catalog.outputSchemaOf(definition, { formats });
    if (schema.unusable === undefined && schema.validate(original).length === 0) return (value) => schema.validate(value);
  }
  return undefined;
}
