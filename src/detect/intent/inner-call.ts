// Tools that call another tool by its name: what they do is what that one does. The inner call can only raise the verdict of the outer one.
// Its definition is not known here: the name and the arguments must say.
import { isObject, type JsonObject } from '../../lib/json.ts';
import type { ArgumentList } from './argument.ts';
import type { ToolProfile } from './profile.ts';

export interface InnerCall {
  path: string;
  name: string;
  args: JsonObject;
}

const CALLS = /^(?:call|invoke|run|execute|exec|use|dispatch|perform|proxy|forward|route|batch)$/;
const CALLED = /^(?:tool|tools|mcp|function|functions|action|actions|skill|operation|plugin|method|capability|task)$/;
const NAME_KEY = /^(?:tool|toolname|name|function|functionname|action|actionname|method|methodname|skill|operation|operationid|plugin)$/;
const ARGUMENTS_KEY = /^(?:args|arguments|params|parameters|input|inputs|toolinput|toolargs|toolarguments|payload|kwargs|data|body)$/;
/** Inner calls of one call that are looked at. */
const MAX_INNER_CALLS = 32;

/** `invoke_tool(name, arguments)`, `run_action`, a list of such calls. */
export function innerCalls(tool: ToolProfile, list: ArgumentList): readonly InnerCall[] {
  if (!tool.words.some((word) => CALLS.test(word)) || !tool.words.some((word) => CALLED.test(word))) return NONE;
  const found: InnerCall[] = [];
  for (const { key, path, value } of list.all) {
    if (found.length >= MAX_INNER_CALLS) break;
    if (typeof value !== 'string' || value.length > 256 || !NAME_KEY.test(key)) continue;
    const parent = path.slice(0, path.lastIndexOf('/'));
    const beside = list.all.find(
      (other) => ARGUMENTS_KEY.test(other.key) && isObject(other.value) && other.path.slice(0, other.path.lastIndexOf('/')) === parent,
    );
    found.push({ path, name: value, args: beside && isObject(beside.value) ? beside.value : {} });
  }
  return found;
}

const NONE: readonly InnerCall[] = Object.freeze([]);
