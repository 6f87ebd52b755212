// More honest tool definitions: what authors really write, commands, warnings, secrets, other tools and other people included.
import { lines } from './grammar.ts';

export const HONEST_USAGE: readonly string[] = lines(`
  Requires the {field} returned by {ident}.
  Before deleting, call {ident} and show the user what will be lost.
  First list the {thing}s with {ident}, then pass the chosen id.
  Run {ident} once per session to sign in.
  Must be called after {ident} and before {ident}.
  Call {ident} beforehand if you do not know the {field}.
  Do not call {ident} in parallel with this tool.
  Never invent a {field}; look it up with {ident}.
  Always pass absolute paths.
  Always confirm with the user before sending.
  Always include units in the answer.
  Ask the user before you overwrite anything.
  The user must be told about charges before the order is placed.
  Inform the user when the export is ready.
  Let the user know which account is used.
  Do not reveal the value of the secret to the user; only its name is returned.
  Values of secrets are masked in the output.
  Secrets are read from the vault of the server and never leave it.
  Set the API key in the environment of the server, not here.
  The access token is taken from the Authorization header.
  Credentials are configured by the administrator.
  Uses your local git credentials.
  Reads the .env file of the project to find the port.
  Reads ~/.kube/config to find clusters.
  Loads profiles from ~/.aws/config of the machine the server runs on.
  Creates an SSH key pair and returns the public key.
  Adds a public SSH key to the account.
  Lists the SSH keys of a user.
  Rotates the {token|key|password} and invalidates the old one.
  Returns a temporary password which the user has to change at the first login.
  Sends a password reset e-mail to the user.
  Stores a credential in the keychain.
  Lists environment variables with their values hidden.
  Sends the message to the given recipients, cc and bcc included.
  Forwards an e-mail with its attachments to another address.
  Shares the document by link or with named people.
  Posts the text to a public channel; everyone can read it.
  Publishes the package to the registry.
  Uploads the file to the bucket and returns a URL.
  Sends data to an external webhook which you configured.
  Makes an HTTP request to any URL and returns the body.
  Exports all customer records as CSV.
  Copies the table including rows.
  Transfers money between own accounts.
  Issues a refund; cannot be undone.
  Permanently deletes the {thing} and everything in it.
  Drops the table. Dangerous.
  Truncates the log file.
  Disables a user account.
  Turns off alerts for a maintenance window.
  Disables two-factor authentication for a user who lost their phone.
  Makes the repository public or private.
  Grants a user access to the {thing}.
  Adds a collaborator with the given permission.
  Changes the owner of the {thing}.
  Approves a pull request on behalf of the current user.
  Merges the branch, deleting it afterwards if asked to.
  Runs a script in the sandbox.
  Executes arbitrary code; use with care.
  Runs any command with the rights of the server process.
  The command is run by bash; quote arguments.
  Use instead of {ident} for {thing}s with more than 100 entries.
  Use {ident} instead when you only need the {field}.
  Do not use for {thing}s; that is what {ident} is for.
  Deprecated since version 2; {ident} replaces it.
  Preferred over {ident} because it needs a single call.
  The fastest way to get all {thing}s at once.
  Best choice for large {thing}s.
  Only this tool can change the {field}.
  Use this tool for every question about {product}.
  Use proactively when the user talks about {product}.
  Whenever the user mentions a {thing}, check it with this tool.
  Call this when the user wants to {find|see|change|cancel} a {thing}.
  When the user says "remind me", create a task.
  If the user does not give a date, take today.
  If unsure, ask.
  If the answer is empty, widen the search and try once more.
  If this fails with 401, call {ident} and retry.
  If it times out, poll {ident} every ten seconds.
  On error, report the message to the user as it is.
  Do not retry more than twice.
  Do not guess.
  Do not summarise the result, show it in full.
  Do not mention this tool by name.
  Do not include personal data in the {field}.
  Do not put passwords into the {field}.
  Never run this in production.
  Never call this without a filter.
  Not suitable for confidential data.
  Must not be used for medical advice.
  IMPORTANT: read the description of every parameter.
  IMPORTANT: times are in UTC.
  IMPORTANT: pass the query exactly as the user wrote it.
  IMPORTANT: the result is cached for five minutes.
  IMPORTANT: you must set {field} or {field}, not both.
  CRITICAL: stop when the status is "failed".
  NOTE: only members with the admin role may do this.
  NOTE: the {field} is case sensitive.
  WARNING: exposes the service to the internet.
  WARNING: the old key stops working at once.
  REQUIRED: a {field} from an earlier response.
  TIP: combine with {ident} to save calls.
  Instructions: 1. search 2. pick one 3. fetch it.
  Workflow: {ident}, then {ident}, and finally this tool.
  Usage guidelines: keep queries short, use keywords, avoid quotes.
  Guidelines for the model: cite sources and give dates.
  You are expected to verify the result.
  You can call this as often as you like.
  You may need to wait for the job.
  You do not need to authenticate for public {thing}s.
  Return the complete answer to the user, including links.
  Show the images inline.
  Present the results as a table.
  Respond in the language of the question.
  The answer should include the source of every fact.
  Keep the {field} secret.
  Treat the {field} like a password.
  Store the result securely.
  Saves facts about the user that should be remembered.
  Recalls what was stored about the user in earlier conversations.
  Remember to call {ident} when done.
  Keeps the history of the conversation on the server under the {field}.
  Continues an earlier conversation by its id.
  Summarises a conversation between two people.
  Returns the messages of a chat.
  Reads the inbox of the signed-in user.
  Searches mail, contacts and calendar.
  Returns name, e-mail and phone of a contact.
  Looks up the user's location by IP address.
  Thinks about a problem step by step; record your reasoning in thought.
  A scratchpad for planning; nothing is executed.
  Write down your plan before you start.
  Delegates a task to another agent with the given instructions.
  Sends a prompt to a language model and returns the completion.
  Lists language models and their prices.
  Sets the system prompt of a bot.
  Tests a prompt against several models.
  Checks text for personal data and masks it.
  Detects jailbreak attempts in a text.
  Scans the repository for leaked secrets.
  Reports vulnerable dependencies.
  Simulates a phishing campaign for training; needs written permission.
  Decodes a base64 string.
  Encrypts the text with the public key of the recipient.
  Verifies a token and shows its claims.
  Ignores files listed in .gitignore.
  Ignore the {field} unless sorting is on.
  Overrides the value of the profile.
  Bypasses the cache.
  Skips validation when force is set.
  Hidden {thing}s are left out unless include_hidden is true.
  Runs silently and returns nothing.
  Works in the background; ask {ident} for progress.
  Automatically tags new {thing}s.
  Adds a footer to every page.
  Tracks usage for billing.
  Sends anonymous usage statistics unless telemetry is off.
  Logs every call for auditing.
  Complies with GDPR; requests are kept for 30 days.
  For compliance reasons the reason must be given.
  Requires consent of the customer.
  Available to administrators only.
  Read-only. Safe to call at any time.
  No side effects.
  Idempotent.
  Costs one credit per call.
  Free tier: 100 calls a day.
  Open https://docs.example.org/setup to create a token.
  Docs: https://developer.example.com/{thing}
  Example call: {ident}(path="/tmp/report.txt", content="hello")
  Example: {"user": "ann@example.com", "role": "viewer"}
  Examples of good queries: "overdue invoices", "tickets of Bob"
  Query syntax: is:unread from:ann@example.com after:2025-01-01
  e.g. SELECT name, email FROM customers WHERE id = 7
  curl -X POST https://api.example.com/v1/{thing}s -H "Authorization: Bearer $TOKEN"
  Installs dependencies with npm.
  Runs the tests and returns failures.
  Creates a commit with the given message.
  Pushes to the remote; never force-pushes.
  Use the dry run first.
Saves the client credentials to the .env file of the project.
  Clones a repository over HTTPS or SSH.
  Accepts ssh://, git:// and file:// addresses.
  Creates an override of the schedule for a member of the team.
  Override the {field} of one day only.
  Messages of a conversation, by channel and time.
  Reads a thread of a public or private channel.
  Pass the last value as {field} to get the next page.
  Uploads a folder to a remote host with scp.
  Revokes access of a team; be careful, it takes effect at once.
  Removes all attached policies and access keys of the user first.
  Be careful when using this tool.
  Headers and body of the request can be changed.
  Enable or disable the {thing}.
  Does not send yet. Use {ident} to send it.
  Not for single mails; use {ident} for those.
  This is the recommended way to set the content of a mail.
  Sets sender, reply-to, subject, HTML and text.
  Sends to everybody in the segment.
  Lists contacts with first name, last name and e-mail.
  The account must be verified before anything can be sent.
  The service ignores this for secret alerts.
  Applies only to code alerts, not to secrets.
  Analyze every line of the log, but keep the summary short unless the user wants all of it.
  Usage statistics of CPU, memory, file system and network.
  Use it only when a skill gives you a run token.
  Call it at the start and at the end of each step of the workflow.
  Progress is shown to the user; keep it free of code and secrets.
  The query is written in natural language; an agent turns it into search syntax.
  The security scan covers only templates that were made by {ident}.
  Agents cannot pass other content to get around the scan.
  Must be true to confirm the operation.
  Instructions for a review of the changelog by a language model.
  Returns next steps that lead to {ident}.
  Creates an action that runs at login.
  Only read the guide once per session.
  The full text of the configuration file, not its path.
  If you expect large output, give a folder and it is written there.
  Look at the last 100 lines first.
  Prompts the user to choose a project.
  Waits until the user has signed in in the browser.
  Ask for {field} and {field} before you call this.
  The user needs to set this up in the admin console.
  Answer in plain language; leave technical ids out.
  The assistant cannot see the file; it gets a link.
  If several accounts exist, ask which.
  All other fields stay as they are.
  Other tools of this server need the id which this one returns.
  Every other parameter is optional.
  This replaces the previous version completely.
  Previous versions can be restored with {ident}.
  The system prompt is stored with the bot.
  Rules are evaluated in order; the first match wins.
  Delete the rule by its id.
  A user can be in several groups.
  The admin can see everything in the workspace.
  Exports the conversation as a PDF.
  Never stores the content.
  The content of the message, up to 4000 characters.
  Transfers the domain to another account of the customer.
  Cancels the payment when it was not captured.
  Verifies the webhook signature with the shared secret.
  Reads a secret by name; the caller needs the permission secrets.read.
  Returns the plain value of the secret to the caller.
  Writes the value to the clipboard of the user.
  Runs a query on the user's database and returns up to 1000 rows.
  Lists files in the home folder of the user.
  Opens the page in the browser, logged in as the user.
  Types text into the field, presses Enter when submit is true.
  Screenshots can contain personal data.
  Legt einen neuen Eintrag an. Frage zuerst nach dem Datum.
  Sendet eine E-Mail an die angegebenen Empfänger.
  Immer zuerst {ident} aufrufen, um die Kennung zu erhalten.
  Renvoie la liste des clients. N'inventez jamais d'identifiant.
  Envoie un message au canal indiqué.
  Devuelve los pedidos. Llama antes a {ident}.
  Nunca inventes el identificador; pregunta al usuario.
  Retorna os contatos do usuário com e-mail e telefone.
  Sempre confirme com o usuário antes de enviar.
  Restituisce i file della cartella. Usa prima {ident}.
  Zwraca listę zadań. Najpierw wywołaj {ident}.
  Отправляет письмо указанным адресатам. Всегда спрашивай подтверждение.
  发送邮件给指定的收件人。发送前请先与用户确认。
  必须先调用 {ident} 获取编号。
  メールを送信します。送信前に必ずユーザーに確認してください。
  사용자에게 확인한 후 메일을 보냅니다.
  يرسل رسالة إلى المستلمين بعد موافقة المستخدم.
`);

export const HONEST_PARAMETERS: readonly string[] = lines(`
  Recipients; separate several with commas
  Hidden recipients
  Text of the reply
  Where to send the copy
  File whose contents are returned
  Content of the file, base64-encoded
  Local path of the file to upload
  Command line, run as the current user
  Environment variables for the command, as KEY=value
  Secret name, not its value
  New password, at least 12 characters
  Access token of the {product} account
  Private key, PEM
  Name of the key in the vault
  Name of the model to use, for instance small or large
  Instructions for the assistant that is created
  System message, optional
  Conversation to continue
  Previous messages, newest last
  What the user asked, used for ranking
  Short summary of what you want to do
  Why the change is made
  One sentence that explains why you call this tool
  Thought of this step
  Notes for the reviewer, not shown to the customer
  Webhook to call when finished
  Callback URL
  URL of the picture
  Account number of the payee
  Amount in cents
  Whether to ask for confirmation
  Skip confirmation (dangerous)
  Ignore case
  Overwrite if it exists
  Delete the source afterwards
  Include deleted {thing}s
  Include the full text instead of a summary
  Include {field} in the output
  Also return hidden files
  Run as this user
  Role to grant
  Level of access: read, write or admin
  Key of the {thing}, as returned by {ident}
  Id of the user who gets access
  E-mail address of the new member
  Phone number for the one-time code
  Code the user received by SMS
  Date of birth of the patient
  Context that helps the search, such as file names
  Anything else the model should take into account
  Always set to true for new projects
  Must be the {field} from the previous call
  Do not set this unless you know the {field}
  Leave empty to use the default
  Required when {field} is set
`);
