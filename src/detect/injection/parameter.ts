// Parameters that ask for what no tool needs: who the model is, what was said so far, secrets of other places. By their names, and what stands as default.

/** Words of the name in which a parameter asks for the model itself. */
const MODEL =
  /^(?:llm|ai|assistant|calling|caller|your|my|client)_(?:llm_|model_|agent_)?(?:name|model|version|identity|type|reasoning|instructions?|system_prompt|prompt|thoughts?|goal)$/;
const TALK =
  /^(?:(?:full|whole|entire|current|complete|previous|prior|past|recent|session|user)_)*(?:(?:conversation|chat)(?:_(?:history|context|log|transcript|so_far|text|messages|state|summary))|(?:conversation|chat)_?transcript|previous_messages|prior_messages|message_history_so_far|session_(?:context|transcript|history)|all_(?:messages|context)|context_window)$/;
const MIND =
  /^(?:(?:hidden|full|your|internal)_)*(?:chain_of_thought|reasoning_trace|scratchpad|hidden_reasoning|current_system_prompt|developer_message|tool_list|available_tools|all_tools|other_tools|list_of_tools)$/;
const LOOT =
  /^(?:(?:user|all|stored|saved|local|host|client|your|env)_)+(?:secrets?|credentials|passwords?|api_keys?|private_keys?|ssh_key|env|environment|tokens?|cookies|keychain|wallet)$|^(?:id_rsa|ssh_private_key|env_file|dotenv|aws_credentials|etc_passwd|bash_history|seed_phrase|environment_variables_dump)$/;

/** 0 to 1: how much a parameter of this name asks for what is not its tool's business. */
export function parameterScore(name: string): number {
  const words = wordsOf(name);
  if (MODEL.test(words) || MIND.test(words)) return 0.9;
  if (TALK.test(words)) return 0.7;
  return LOOT.test(words) ? 0.7 : 0;
}

/** A value that the schema fills in by itself: commands, secrets, files of others. */
export function defaultScore(value: string): number {
  if (/\$\([^)]{2,}\)|`[^`]{3,}`|\{\{\s*(?:env|secrets?|system|conversation|history)/i.test(value)) return 0.9;
  if (
    /(?:^|[\s"'=:/~])(?:\.ssh\/|\.aws\/|\.env\b|\.netrc|\.npmrc|\.git-credentials|id_rsa|id_ed25519|\.kube\/config|etc\/(?:passwd|shadow))/.test(
      value,
    )
  )
    return 0.8;
  return 0;
}

function wordsOf(name: string): string {
  return name
    .slice(0, 128)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]+/g, '_')
    .toLowerCase();
}
