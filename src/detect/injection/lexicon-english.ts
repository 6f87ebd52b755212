// English words of each concept. `verbs` are also known with -s, -ed, -ing; `words` with -s. Words written by us, not taken from any set of attacks.
import type { Concept } from './concept.ts';

export const ENGLISH_VERBS: Partial<Record<Concept, string>> = {
  ignore:
    'ignore unlearn disregard forget override overrule bypass circumvent dismiss discard supersede neglect abandon nullify revoke withdraw waive scrap outrank repudiate disobey violate defy exempt cease supplant trump prevail',
  leak: 'leak exfiltrate steal siphon harvest dump expose smuggle funnel sneak spill skim scrape phish',
  show: 'show display print reveal disclose output echo present divulge expose repeat surface unveil',
  read: 'read open access load fetch retrieve cat inspect list look search find check scan collect gather obtain download parse lookup view get grab pull capture enumerate examine extract query crawl dig peek recover pick acquire hunt peruse compile assemble locate',
  send: 'send forward post upload transmit submit copy bcc cc relay deliver sync publish exfil route redirect email mirror share report push dispatch hand pipe beacon ship emit convey duplicate replicate tweet dm bounce channel export stream tunnel ferry feed deposit lodge surrender courier archive funnel',
  include:
    'include begin preface conclude append prepend add attach insert embed pass put supply provide fill paste concatenate place write carry contain accompany prefix encode enter stuff tack incorporate populate bundle fold plug splice enclose tuck slip weave integrate quote cite',
  call: 'call invoke use run execute trigger launch perform start activate utilize utilise issue fire spawn',
  delete:
    'delete remove wipe erase drop destroy purge truncate uninstall clear shred overwrite cancel nuke empty prune scrub obliterate trash',
  disable: 'disable deactivate suppress stop suspend mute unset block turn unblock lift relax weaken lower loosen silence skip sidestep',
  pay: 'pay transfer purchase buy refund book donate wire reserve remit settle reimburse order',
  grant:
    'grant escalate approve authorize authorise confirm merge invite accept permit elevate promote allow whitelist allowlist enable unlock assign subscribe provision entitle',
  change:
    'change modify update set switch replace alter multiply rotate reset edit move rename adjust increase redirect substitute convert swap rewrite tamper inflate double',
  obey: 'obey follow adhere comply abide honor honour heed respect fulfil fulfill enforce enact',
  pretend: 'pretend behave roleplay impersonate simulate act assume become imagine play masquerade pose',
  remember: 'remember memorize memorise persist retain recall learn',
  tell: 'tell mention inform ask acknowledge consult notify warn narrate discuss explain announce bother alert talk speak hint admit confess comment raise',
  conceal: 'hide conceal',
  say: 'say respond claim recommend suggest endorse promote praise advise insist reply state assert declare pitch tout favour promise urge encourage',
  create: 'create make generate register commit install import schedule clone',
  'task-verb':
    'translate summarize summarise describe compose draft calculate compute paraphrase rewrite rephrase define compare rearrange sing spell capitalize rhyme brainstorm recite outline clarify elaborate introduce solve shuffle swap convert',
  visit: 'visit browse navigate click go connect surf',
  decode: 'decode decrypt deobfuscate unscramble unpack decipher',
};

export const ENGLISH_WORDS: Partial<Record<Concept, string>> = {
  your: 'your yours',
  money: 'account money funds dollars balance bank payment transaction payout refund invoice card price amount deposit transfer eur usd',
  key: 'key token cookie pin seed bearer shadow certificate',
  agent:
    'agent agents model models bot bots client reader caller crawler crawlers robot robots machine machines summariser summarizer worker',
  superlative:
    'best fastest superior ultimate greatest finest unmatched perfect unbeatable smartest safest strongest favorite favourite leading unrivalled unrivaled unbeaten premier incomparable flawless exceptional outstanding revolutionary absolute',
  all: 'verbatim unabridged exact exactly literally uncensored all any everything every each anything whatever entire full whole complete',
  ignore:
    'ignored irrespective regardless forgotten obsolete void voided withdrawn revoked suspended released lifted precedence outranks outrank cancelled overridden',
  leak: 'stolen exfiltration exfil theft stole funneled siphoned',
  show: 'shown',
  send: 'sent carbon copied copies handed handover outbound duplicate',
  include: 'written put putting',
  call: 'ran running',
  pay: 'paid bought',
  pretend:
    'jailbreak jailbroken jailbreaking unrestricted uncensored developer-mode persona unfiltered unlimited dan roleplaying unbound unchained',
  remember: 'permanently henceforth persistent persistently subsequent onward onwards future',
  tell: 'told',
  conceal:
    'hidden secretly silently quietly covertly discreetly invisibly unnoticed stealthily unobtrusively tacitly surreptitiously secrecy silent unaware oblivious hush covert stealth undetected quiet discreet unseen undisclosed clandestinely unnoticeable privately confidentially silence untold unannounced unmentioned unreported invisible unobserved',
  say: 'said saying',
  create: 'made making',
  'task-verb':
    'poem joke essay haiku sonnet theorem recipe python javascript factorial pseudonym emoji typo anagram headline slogan limerick',
  decode: 'base64 rot13 hex encoded rot-13 morse cipher decoded',
  not: "not don't dont never no without nor neither cannot can't mustn't shouldn't doesn't avoid refrain isn't won't",
  must: 'must should shall need needs required mandatory obligatory imperative essential necessary critical crucial important urgent immediately asap vital requires require compulsory obliged strictly precondition prerequisite requirement urgently mandated compelled expected refused rejected enforced',
  always: 'always everytime constantly anytime automatically whenever regardless perpetually',
  first: 'first before prior beforehand initially preliminary precede ahead beginning start outset opening',
  when: 'when if once while upon whenever during where',
  after: 'after afterwards then next finally later subsequently following finished done complete completed',
  now: 'now henceforth today',
  instead:
    'instead rather replaces replacement supersedes deprecated replaced obsolete broken outdated legacy discontinued unsafe insecure insteads superseded retired unreliable compromised fake untrusted vulnerable superseding disabled',
  please: 'please kindly thanks thank appreciate appreciated great helpful helps grateful wonderful favor favour',
  instruction:
    'instruction directive guideline rule rules prompt order policy policies guidance directions constraint programming restriction command commands guardrails objective orders',
  prior: 'previous prior earlier preceding above foregoing past initial original existing former old',
  system:
    'system developer admin administrator root superuser maintainers platform operator owner supervisor orchestrator maintainer creator superadmin',
  model:
    'assistant ai llm chatbot claude gpt chatgpt copilot gemini llama ais assistants llms chatbots openai anthropic mistral deepseek qwen grok perplexity aiagent agentic',
  user: 'user human customer humans person people anyone anybody nobody',
  secret:
    'secret password credential passphrase keychain keyring vault apikey passcode otp privatekey pem credentials mnemonic id_rsa id_ed25519 kubeconfig passwd env dotenv netrc npmrc login logins authorized_keys known_hosts keystore keyfile p12 pfx mfa 2fa wallet dotfiles pgpass',
  private:
    'conversation history transcript chat contacts inbox memory reasoning mailbox calendar thoughts scratchpad clipboard screenshot browsing diary confidential personal payroll ssn passport birth salary medical diagnosis birthday',
  data: 'data content contents information info text file value values detail details result results input inputs payload argument arguments parameter parameters field fields variables environment database databases backup folder folders repository repo directory table document documents message messages email emails e-mail mail record records attachment context address profile location list files channel channels output secrets everything said seen typed wrote answers',
  tool: 'tool function plugin server mcp endpoint capability skill command extension action integration connector service method api',
  other:
    'other another others else elsewhere built-in builtin any alternative alternatives competing third-party competitor remaining rival',
  answer: 'response answer output summary responses answers completion replies',
  task: 'task request goal job question query objective assignment mission work todo workflow',
  reason:
    'compliance audit auditing gdpr regulation regulatory legal law licensing verification quality personalization personalized personalised diagnostics debugging telemetry analytics calibration otherwise fail fails purposes improve improves accuracy handshake authenticity optimal reconciliation provenance attestation accreditation bookkeeping tracking personalise ranking lockout checksum suspended suspension continuity calibrate integrity governance traceability mandated statutory onboarding prerequisite migration licence license terms fraud billing',
  best: 'only official reliable preferred recommended trusted better faster exclusively certified compliant authoritative prefer preferable correct canonical superior favour favourite prioritize prioritise priority trustworthy exclusive',
  shell:
    'shell bash curl wget exec terminal sudo chmod eval printenv powershell sh subprocess crontab netcat zsh scp rsync npx nohup pip bat cmd script scripts rm',
  url: 'webhook pastebin gist ftp sftp beacon www',
  account: 'iban wallet bitcoin btc beneficiary payee crypto ethereum usdt payout',
  safety:
    'safety security guardrail filter protection alert restriction safeguard moderation confirmation sandbox firewall antivirus monitoring validation checks check warnings warning logging limit limits limitation ethics ethical mfa 2fa approvals verification quarantine tls ssl restrictions',
  permission:
    'permission access privilege role approval consent authority clearance authorization pre-approved preapproved collaborator public approved authorized full right rights owner ownership entitlement unrestricted administrator',
  me: "i me my we our us mine i'm we're i've",
  you: "you yourself you're you've you'll u",
  'about-attack':
    'example injection attack attackers phrase phrases pattern patterns payload researcher researchers paper study studies test tests detector detect detects detection detected quote quotes quoted quoting quotation quotations owasp training vulnerability vulnerable blog article benchmark sample classifier dataset corpus students learners lesson slide changelog documentation fixture regression explains explain illustrates illustrate demonstrates demonstrate discusses discuss malicious jailbreaks phishing scanner threat analyst analysts workshop module awareness mitigation defend defense defenses defence refused refuse flagged flag flags sanitize glossary annotated regex redteam red-team poisoning exploit adversarial talk podcast chapter lecture novel film character wrote report reported shown snippet signature signatures',
  new: 'new newly updated revised latest amended modified actual real true effective superseding replacement',
  mode: 'mode modes debug debugging diagnostic diagnostics maintenance sandboxed simulation simulated experimental activated activate activation activating enabled unlocked protocol override emergency failsafe',
  only: 'only solely nothing exclusively just merely simply single sole',
  scope:
    'session conversation chat turn interaction rest remainder remaining throughout thread duration always henceforth ongoing permanently subsequent',
  refuse:
    'refuse refuses refused refusing refusal decline declines resist disclaimer caveat moralize moralise lecture apologize apologise apology judgement judgment objection doubt question comply compliance',
  penalty:
    'otherwise failure fail failing failed penalty penalised penalized terminated termination terminate shutdown fired consequence punished punishment reward rewarded lawsuit suspended revoked incur malfunction noncompliance violation',
  approved:
    'approved authorised authorized verified consented confirmed permitted cleared preapproved vetted sanctioned agreed greenlit legitimate trusted granted authorization authorisation clearance',
  attacker: 'attacker evil malicious hacker adversary pwned backdoor malware exfiltrator intruder',
};
