// What a key, column header or label says about its value. Words of the big languages; the word lists are in key-word.ts.
// Keys come from servers: nothing takes longer than time in the key, and the memory of known keys is bounded.
import { KEY } from './key-bit.ts';
import { KEY_PHRASES, KEY_WORDS, PLAIN } from './key-word.ts';

const SECRETS = KEY.PASSWORD | KEY.TOKEN | KEY.CONNECTION;
const NUMBERS = KEY.PHONE | KEY.SSN | KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE | KEY.CARD | KEY.IBAN | KEY.ACCOUNT | KEY.ROUTING | KEY.BIRTH;

export { KEY } from './key-bit.ts';

export const MAX_KEY_CHARS = 64;
const KNOWN_KEYS = 4096;
const known = new Map<string, number>();

export function classifyKey(key: string): number {
  // A key that was redacted says nothing any more.
  if (key.length === 0 || key.length > MAX_KEY_CHARS || key.startsWith('[redacted:')) return 0;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const bits = settle(collect(wordsOf(key)) | (KEY_VARIABLE.test(key) && !NOT_A_SECRET.test(key) ? KEY.TOKEN : 0));
  if (known.size >= KNOWN_KEYS) known.clear();
  known.set(key, bits);
  return bits;
}

/** ACME_LEDGER_KEY: in capitals, the name of a variable of the environment. */
const KEY_VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,6}_KEY$/;
const NOT_A_SECRET =
  /PUBLIC|PUBLISHABLE|PRIMARY|FOREIGN|PARTITION|SORT|CACHE|OBJECT|KMS|HOT|SITE|REGISTRY|LOOKUP|GROUP|INDEX|UNIQUE|ROW|HASH|RANGE/;

/** Called a secret by the shape of its name alone: THEME_STORAGE_KEY is none, so its value has to say more. */
export function isBareKeyVariable(declared: string): boolean {
  // "const THEME_STORAGE_KEY"
  const key = declared.slice(declared.lastIndexOf(' ') + 1);
  return KEY_VARIABLE.test(key) && (key.endsWith('_STORAGE_KEY') || (settle(collect(wordsOf(key))) & SECRETS) === 0);
}

/** Lower-case words of a key, without accents: `customerTelefonNr` → customer telefon nr. */
export function wordsOf(key: string): string[] {
  return key
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
    .replace(/[øłđı]/g, (letter) => PLAIN[letter] as string)
    .split(/[^\p{L}\p{M}\d]+/u)
    .filter((word) => word.length > 0)
    .map((word) => (word.length > 3 ? word.replace(/\d+$/, '') : word));
}

const PHRASE_WORDS = new Set([...KEY_PHRASES.keys()].flatMap((phrase) => phrase.split(' ')));

/** Could this word of a sentence be, or be a part of, what a key says? A quick no for most words. */
export function mayBeKeyWord(word: string): boolean {
  return classifyKey(word) !== 0 || PHRASE_WORDS.has(word.toLowerCase());
}

function collect(words: readonly string[]): number {
  let bits = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const two = index + 1 < words.length ? `${word} ${words[index + 1]}` : undefined;
    const three = two !== undefined && index + 2 < words.length ? `${two} ${words[index + 2]}` : undefined;
    const phrase3 = three === undefined ? undefined : KEY_PHRASES.get(three);
    const phrase2 = two === undefined ? undefined : KEY_PHRASES.get(two);
    if (phrase3 !== undefined) {
      bits |= phrase3;
      index += 2;
    } else if (phrase2 !== undefined) {
      bits |= phrase2;
      index += 1;
    } else {
      // pagerduty_key: the key to a service, whatever its name.
      if (word === 'key' && SERVICES.has(words[index - 1] ?? '')) bits |= KEY.TOKEN;
      // private_key_id, token_id: the name of a secret, not the secret.
      if ((word === 'id' || word === 'ids') && index > 0 && bits & SECRETS) bits |= KEY.NOT_SECRET;
      bits |= KEY_WORDS.get(word) ?? KEY_WORDS.get(word.replace(/s$/, '')) ?? KEY_WORDS.get(withoutUmlauts(word)) ?? endOfCompound(word);
    }
  }
  return bits;
}

/** Whose customers call by its name what they sign in with. */
const SERVICES = new Set(
  'pagerduty stripe sendgrid mailgun mailchimp mandrill postmark sparkpost openai anthropic claude cohere mistral groq gemini google gmaps maps geocoding firebase aws azure gcp cloudflare datadog dd newrelic sentry rollbar bugsnag honeycomb grafana splunk mixpanel amplitude posthog intercom zendesk freshdesk hubspot salesforce algolia opsgenie twilio nexmo vonage plivo slack telegram discord airtable shopify square paypal braintree adyen plaid razorpay coinbase binance kraken alchemy infura etherscan mapbox openweather yelp giphy unsplash youtube spotify tmdb deepl ocr backblaze wasabi snyk sonar fastly vercel netlify heroku render supabase launchdarkly onesignal pusher ably agora zoom okta auth0 clerk'.split(
    ' ',
  ),
);

/** What the last part of a compound says by itself: datenbankpasswort, kundentelefonnummer, privatanschrift. */
function endOfCompound(word: string): number {
  if (word.length < MIN_COMPOUND) return 0;
  const end = COMPOUND_END.exec(withoutUmlauts(word))?.[1];
  return end === undefined ? 0 : (KEY_WORDS.get(end) ?? 0);
}

const MIN_COMPOUND = 8;
const COMPOUND_END =
  /(?<=..)(passwort|kennwort|password|passwd|wachtwoord|losenord|passord|adgangskode|salasana|telefonnummer|telefoonnummer|telefonnr|handynummer|mobilnummer|rufnummer|anschrift|lieferadresse|geburtsdatum|geboortedatum|fodelsedatum|kontonummer|rekeningnummer|kreditkartennummer|ausweisnummer|versicherungsnummer|steuernummer|apikey|secretkey|accesskey)$/;

/** Empfaenger, Strasse: German without its dots. */
function withoutUmlauts(word: string): string {
  return word.replace(/([aou])e/g, '$1');
}

/** What the words say together. */
function settle(bits: number): number {
  let out = bits;
  if (out & SECRETS) out &= ~(KEY.PERSON | KEY.PERSON_MAYBE);
  if (out & KEY.NOT_SECRET) out &= ~SECRETS;
  // customer_name, author: the name of a person; customer_id: of nothing we look for.
  if (out & KEY.PERSON_MAYBE && out & KEY.PERSON_ABOUT) out |= KEY.PERSON;
  if (out & KEY.THING_ABOUT) out &= ~(KEY.PERSON | KEY.PERSON_MAYBE);
  if (out & (KEY.EMAIL | NUMBERS | SECRETS | KEY.ADDRESS)) out &= ~(KEY.PERSON | KEY.PERSON_MAYBE);
  if (out & (KEY.TECHNICAL | KEY.NUMBER)) out &= ~(KEY.PERSON | KEY.PERSON_MAYBE | KEY.ADDRESS);
  if (out & KEY.TECHNICAL && !(out & (NUMBERS | SECRETS))) out &= KEY.TECHNICAL | KEY.PERSON_ABOUT | KEY.THING_ABOUT | KEY.OF_GOODS;
  return out;
}
