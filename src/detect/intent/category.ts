// What a tool is about. Words of its name count most, then its executor's language, then the head of its description.
// Undefined when nothing says; a wrong category is worse than none.
import type { Category } from '../../object/intent-name.ts';
import type { Executor, Language } from './profile.ts';
import type { SchemaFacts } from './schema-facts.ts';
import { sentenceWords, singular } from './token.ts';

const NOUNS: Readonly<Record<Category, string>> = {
  financial:
    'payment invoice refund payout charge subscription balance billing price coupon dispute transaction order checkout bank account_balance card wallet ledger trade stock portfolio tax payroll expense credit debit loan quote dividend position holding margin currency crypto token_transfer fund stripe paypal customer_balance',
  identity:
    'user group role permission iam policy member account organization team sso mfa login session auth oauth grant scope principal tenant invitation access',
  secret: 'secret credential password key apikey certificate vault kms token passphrase env',
  communication:
    'message email mail chat channel slack sms notification conversation thread dm broadcast call meeting contact_message reply recipient inbox gmail teams discord telegram whatsapp draft mailbox attachment newsletter template',
  filesystem: 'file directory folder path disk drive filesystem upload download archive zip document_file',
  database:
    'sql query table database schema row collection document index redis mongo postgres mysql bigquery snowflake dataset key_value cache record aggregate cypher graph vector column view keyspace',
  'code-execution': 'command shell code script process terminal exec bash python javascript repl notebook sandbox function lambda',
  network: 'http request url webhook dns domain ip proxy fetch api endpoint firewall port tunnel vpn',
  browser: 'browser page tab click screenshot element navigate dom cookie puppeteer playwright selector scroll hover',
  'source-control': 'git commit branch repository repo merge pull tag diff release fork gist blame stash issue pr changelog',
  infrastructure:
    'pod deployment cluster node container instance server vm kubernetes helm namespace stack bucket image volume pipeline build job workflow environment service resource registry function_app queue topic terraform cdk ecs lambda_function droplet load_balancer rollout',
  monitoring: 'log metric alert incident trace dashboard monitor event error span uptime oncall alarm health status usage',
  people:
    'contact lead deal employee candidate customer crm prospect company person patient ticket case opportunity hr payroll_employee applicant',
  content:
    'page document doc note wiki block post article comment task project board card_item calendar event_item slide sheet spreadsheet form site media video image_item list milestone label sprint checklist template_item',
};

const BY_NOUN = new Map<string, Category>();
for (const [category, text] of Object.entries(NOUNS).reverse() as [Category, string][])
  for (const noun of text.split(' ')) BY_NOUN.set(noun, category);

/** Of files unless other words speak of people as much: these count a little less. */
const UNSURE: ReadonlySet<string> = new Set(['directory']);
const UNSURE_SHARE = 0.95;

const BY_LANGUAGE: Readonly<Record<Language, Category | undefined>> = {
  sql: 'database',
  cypher: 'database',
  gremlin: 'database',
  mongo: 'database',
  redis: 'database',
  elasticsearch: 'database',
  shell: 'code-execution',
  code: 'code-execution',
  graphql: 'network',
  http: 'network',
  any: undefined,
};

const NAME_WEIGHT = 3;
const HEAD_WORDS = 24;

export function categoryOf(
  name: readonly string[],
  description: string,
  schema: SchemaFacts,
  executor: Executor | undefined,
): Category | undefined {
  const byLanguage = executor && BY_LANGUAGE[executor.language];
  if (byLanguage) return byLanguage;
  const votes = new Map<Category, number>();
  for (const word of name) vote(votes, word, NAME_WEIGHT);
  for (const word of sentenceWords(description.slice(0, 300)).slice(0, HEAD_WORDS)) vote(votes, word, 1);
  for (const key of [...schema.properties].slice(0, HEAD_WORDS))
    for (const word of key.toLowerCase().split(/[^a-z]+/)) vote(votes, word, 0.5);
  let best: Category | undefined;
  let most = 0.9;
  for (const [category, count] of votes)
    if (count > most) {
      best = category;
      most = count;
    }
  return best;
}

function vote(votes: Map<Category, number>, word: string, weight: number): void {
  const noun = BY_NOUN.has(word) ? word : singular(word);
  const category = BY_NOUN.get(noun);
  if (category) votes.set(category, (votes.get(category) ?? 0) + (UNSURE.has(noun) ? weight * UNSURE_SHARE : weight));
}
