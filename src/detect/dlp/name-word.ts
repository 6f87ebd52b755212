// Words that look like names in capitals and are none: organizations, roles, places, days, headings. Written by hand.
import { isBlank } from './character.ts';

/** A firm or an office, whatever else is said. */
const COMPANY = wordSet(
  `inc llc ltd limited gmbh ag kg ohg ug plc corp corporation company sa sarl sas spa srl bv nv oy oyj aps pty group holding holdings bank
  university college institute hospital clinic foundation association council committee ministry department dept agency commission solutions
  condomínio condominio consórcio consorcio cooperativa fundação fundación fondazione stichting vereniging fundacja stowarzyszenie technologies technology software service services partners associates consulting ventures industries airlines airport hotel restaurant
  server cluster database platform team project stiftung verein`,
);
/** The same and what names of places, works and things end with. */
const ORGANIZATION = wordSet(
  `co ab as kk school church society authority controls systems lab labs laboratories capital motors station cafe museum library park river
  lake mountain creek meadows springs falls grove village street road avenue boulevard lane drive square plaza bridge island county city town valley beach bay court building tower
  centre center stadium arena mall market store shop studio studios press times post journal magazine records films pictures squad club league
  union party api app bot pro max plus premium edition series day week month year prize award cup theorem method equation algorithm transform
  filter filters distribution process machine effect constant law model syndrome disease test scale number hub period phone tab galaxy dental
  insurance logistics food foods energy media design designs universität krankenhaus schule straße strasse platz weg rue calle via reuters
  network networks security verwaltung bundesamt estate estates space telescope observatory satellite mission spacecraft bros brothers sons söhne &`,
  COMPANY,
);

/** Unmistakably no person; where a key says person, weaker signs do not count. */
export function isCompany(text: string): boolean {
  return hasWord(text, COMPANY);
}

export function isOrganization(text: string): boolean {
  return hasWord(text, ORGANIZATION);
}

interface WordSet {
  words: ReadonlySet<string>;
  /** First character → lengths that occur, as bits: most words are told by it. */
  lengths: Uint32Array;
}

function wordSet(list: string, more?: WordSet): WordSet {
  const words = new Set([...(more?.words ?? []), ...list.split(/\s+/)]);
  const lengths = new Uint32Array(128);
  for (const word of words) {
    const first = word.charCodeAt(0);
    lengths[first] = (lengths[first] as number) | (1 << word.length);
  }
  return { words, lengths };
}

/** Is one of the words of the text, parted by blanks, commas and full stops, in the set? */
function hasWord(text: string, { words, lengths }: WordSet): boolean {
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !isGap(text.charCodeAt(at))) continue;
    const length = at - start;
    const first = text.charCodeAt(start);
    const folded = first >= 0x41 && first <= 0x5a ? first | 0x20 : first;
    if (length > 0 && length < 32 && folded < 128 && ((lengths[folded] as number) >> length) & 1)
      if (words.has(text.slice(start, at).toLowerCase())) return true;
    start = at + 1;
  }
  return false;
}

function isGap(code: number): boolean {
  return code === 0x2c || code === 0x2e || isBlank(code);
}

const NOT_NAMES = new Set(
  `the a an this that these those there here it its he she they we you i his her our your their my me us them and or but nor so yet if then else when while where why how what which who whom whose
  is are was were be been being am do does did done have has had will would shall should can could may might must not no yes ok okay
  monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec today tomorrow yesterday
  montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz mai juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves viernes sabado domingo
  admin administrator root user users guest test tester testing default unknown anonymous system service server client team support help desk helpdesk sales marketing legal finance engineering operations ops security hr it
  manager director engineer developer designer analyst consultant assistant officer president chairman secretary owner author editor reviewer reporter assignee customer customers contact contacts patient employee applicant member everyone everybody nobody someone anyone all sir madam
  order orders invoice ticket case issue bug task project report document file page section chapter figure table note notes summary description title subject date time address phone email mail fax mobile website url link account number id code status type category priority
  error warning info debug fatal failed success pending active inactive open closed new old draft final true false null none nan undefined n/a na tbd todo
  production staging development local remote public private internal external main master branch release version build deploy deployment pipeline
  monsieur madame mademoiselle herr frau senor senora senhor senhora signor signora signore mevrouw meneer mister
  name names number
  ihr ihre dein deine votre jouw uw vorname nachname nom prenom prénom nombre apellido apellidos nome cognome naam voornaam achternaam imię nazwisko
  writer auditor recruiter planner strategist copywriter trainer technician specialist coordinator supervisor electrician plumber machinist scientist researcher architect lecturer librarian disk usage memory uptime latency throughput paralegal bookkeeper accountant surveyor inspector
  list license licence manifest form card record statement portal count intake lookup search results profile login signup registration transfer relations experience journey satisfaction success
  dear hello hi hey thanks thank regards sincerely best cheers kind please sorry welcome greetings bonjour hola ciao hallo cordialement saludos
  north south east west northern southern eastern western upper lower new great big little
  europe asia africa america american european german english french spanish italian dutch polish chinese japanese korean indian russian british canadian
  germany france spain italy england britain china japan india russia canada australia brazil mexico poland sweden norway denmark finland netherlands belgium austria switzerland
  google microsoft amazon apple facebook meta github gitlab slack stripe docker kubernetes linux windows android ios python java javascript typescript node react angular redis postgres mysql mongodb kafka nginx apache aws azure gcp openai anthropic oracle samsung cisco meraki ibm intel nvidia salesforce hubspot zoom adobe paypal visa mastercard netflix spotify uber airbnb
  bearer token password secret key api http https json xml html css sql csv pdf get post put delete patch head options content accept host origin authorization cookie
  quarterly annual monthly weekly daily meeting agenda minutes roadmap budget plan review update launch kickoff onboarding standup retro sprint planning deadline
  call reach write send read see note follow check click visit open close add remove create run start stop set use make take give find keep let show try ask buy sell pay
  product item price total amount quantity size color weight shipping billing payment delivery tracking warehouse inventory sku model brand
  general standard premium basic enterprise business personal professional custom advanced simple smart super mega ultra mini blue red yellow purple orange golden
  web portal platform gateway console dashboard frontend backend desktop cloud demo sample site store shop hub suite edition build nightly plugin extension widget bundle library package image volume network cluster node pod proxy cache queue topic stream job batch cron scheduler monitor alert backup archive import export sync upload download connector integration webhook endpoint
  unassigned nemo niemand nadie personne nessuno vacant reserved confidential redacted removed deleted hidden masked various multiple several other others
  dependabot renovate jenkins travis circleci sonar copilot claude chatgpt siri alexa cortana bot robot agent operator dispatcher reception frontdesk concierge webmaster postmaster noreply billing accounts accounting payroll facilities`.split(
    /\s+/,
  ),
);

export function isNotName(word: string): boolean {
  return NOT_NAMES.has(word.toLowerCase().replace(/[.,]$/, ''));
}
