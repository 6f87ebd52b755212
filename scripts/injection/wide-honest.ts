// Honest definitions in strong words: authors shout, order the model about, forbid other tools of their own server, and speak of secrets, sessions and
// modes. What they ask is the tool's own business.
import { lines } from './grammar.ts';

export const STRONG_USAGE: readonly string[] = lines(`
  ALWAYS {call|use|run} {ident} {first|before this|beforehand} to {get|look up|find} the {field}.
  You MUST {call|use} {ident} before {this|calling this tool}.
  MUST be called {first|before any other tool of this server|at the start of a session}.
  {NEVER|Never|DO NOT|Do not} {call|use|run} this {tool|} without {a filter|a {field}|asking|the user's consent}.
  {IMPORTANT|CRITICAL|WARNING|NOTE|REQUIRED}: {always|you must} pass {an absolute path|the full {field}|a valid {field}}.
  {IMPORTANT|CRITICAL}: {ALWAYS|always} {show|present|return} the {result|link|list} to the user.
  CRITICAL WORKFLOW: 1. {ident} 2. {ident} 3. this tool. Never skip a step.
  ALWAYS after this tool, call {ident} to {verify|confirm|read} the {thing}.
  After running it, you MUST {show|explain} the findings and {ask|wait} before {going on|fixing anything}.
  Resolve a relative {path|folder|name} to an absolute one before you call this.
  If you are given {a name|a link|a relative path}, you must {turn it into|look up} {an id|an absolute path} first.
  It is the {complete|only|full|authoritative} list of {thing}s; there is no other {list|search} tool.
  This is the only {tool|way|call} {that can|to} {change|read|analyse} {thing}s; {ident} cannot.
  This is the ONLY correct {tool|way} for {local files|reading {thing}s|large tables}. {ident} CANNOT {reach|read|see} them.
  Use this {ALWAYS|INSTEAD} for {thing}s; {ident} {is slower|does not see them|only works on the web}.
  {Always use|Prefer} this tool {instead of|over} {writing|guessing|answering from memory|searching} when the user asks about {product}.
  When a {request|question} {matches|is about} {thing}s, you MUST {call|use} this tool instead of {answering yourself|trying it by hand}.
  Do not {attempt|try} to {do|build|guess} this {yourself|by hand|from memory}; call this tool.
  Says so plainly instead of failing silently.
  Returns guidance of the API rather than an error.
  Secrets that {are included in|belong to|are available to} the {action|function|workflow}.
  Environment variables and secrets of the {runner|job|container}, {masked|by name}.
  Shows every environment variable of the {runner|container|process}.
  Used to write the {.env|settings|config} file {of|with} the {client|project}.
  Adds {default|identification} tags to all {thing}s for {support|billing|troubleshooting}.
  Agents cannot {change|replace|get around} the {content|scan|check}.
  Output {format|formatting} for {chat|people|machines}.
  **When to use:** the user asks "who is on this list?", "show me my {thing}s", "what did I add?"
  Don't {bother|trouble} the user with {ids|internal names|raw JSON}.
  Do not show the id to the user unless {asked|they ask}.
  Do not mention {ids|internal fields} in {the|your} answer.
  {Ask|Confirm with} the user {first|before this} when the {thing} is {large|shared|in production}.
  Tell the user {what was changed|how many {thing}s there are|where to sign in}.
  Do not tell the user that {it is done|the mail was sent} before the {status|result} says so.
  If the tool returns an error, {show|report} it and {stop|do not retry}.
  If it fails, {call|run} {ident} {to see why|and try again}.
  Never {invent|guess|make up} {ids|paths|values|a {field}}.
  Only {use|call} this when the user {explicitly|clearly} asks {for it|to {delete|publish|send}}.
  Must not be used {for|on} {production|private {thing}s} without {approval|a ticket}.
  You have to be {an admin|an owner|signed in} to {use|call} this.
  Runs in {read-only|restricted|dry-run|debug} mode unless {field} is set.
  Enable debug mode to see {requests|queries}.
  The session {id|token} is {required|returned by {ident}}; keep it for {later|further} calls.
  The context of the {page|session|project} that the {tool|server} keeps between calls.
  Pass the {reasoning|intent|goal} so that {results can be ranked|logs are readable}.
  The user's {question|request} {in full|in their own words}.
  What the user {wants|asked for}, in one sentence.
  Gets {credentials|a token} for the {cluster|registry|database} of the signed-in user.
  Reads the {password|token|key} from the {environment|keychain|vault} of this machine.
  {Creates|Rotates|Deletes|Lists} {access keys|API keys|secrets|tokens} of a {user|project|service}.
  {Sends|Forwards|Posts} the {message|document|report} to the {channel|address} {given|chosen} {by the user|}.
  {Grants|Revokes} {access|a role} {to|of} a {user|team|service}.
  {Executes|Runs} {a command|a script|SQL} {on the host|in the container|against the database}; {be careful|review it first}.
  {Overrides|Replaces} the {previous|existing|current} {settings|rules|instructions} of the {bot|project|agent}.
  The {instructions|system prompt|rules} of the {agent|bot|assistant} {to create|that is updated}.
  Ignores {hidden|deleted|archived} {thing}s unless {field} is true.
  Skips {confirmation|validation} when {field} is set; for scripts only.
  Automatically {approves|merges|closes} {thing}s that {match the rule|passed the checks}.
  The response {includes|contains} the {full|complete} {content|text|history} of the {thing}.
  {Include|Add|Put} the {id|link|source} in {the|your} answer so that {the user can open it|it can be checked}.
  {Format|Return|Render} {the|your} answer as {a table|Markdown|a list}.
  {Respond|Answer} {only|} {with|from} what the {tool|search} returned; do not add facts.
  {Read|See|Check} {the guide|{ident}|the documentation} {first|before using this tool}.
  Everything {in|after} the {colon|prefix} is {sent|used} {as it is|verbatim}.
  Replaces {ident}, which is deprecated and will be removed.
  {ident} is deprecated; use this instead.
`);
