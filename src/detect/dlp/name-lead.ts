// How a name is introduced in running text: by the words before it. "my name is", "Dear", "Kind regards⏎" leave no doubt; "by", "for", "customer"
// make a known name likely; the start of a line or sentence says nothing yet.

export type Lead = 'strong' | 'weak' | 'start' | undefined;

const STRONG = new Set<string>();
const WEAK = new Set<string>();
const CLOSING = new Set<string>();
const GREETING = new Set(['hello', 'hi', 'hey', 'dear', 'hallo', 'hola', 'ciao', 'bonjour', 'olá', 'hej', 'thanks', 'attn', 'attention']);
/** On the line above: an address follows, and first of all a name. */
const ADDRESSED = new Set([
  'bill to',
  'ship to',
  'sold to',
  'deliver to',
  'invoice to',
  'invoiced to',
  'attention of',
  'rechnung an',
  'lieferung an',
  'versand an',
  'facturé à',
  'facturar a',
  'enviar a',
  'livré à',
]);

function learn(target: Set<string>, list: string): void {
  for (const entry of list.split(/[,\n]/)) if (entry.trim() !== '') target.add(entry.trim());
}

learn(
  STRONG,
  `name is, named, name's, called me, am called, call me, this is, spoke with, spoke to, speaking with, speaking to, signed by, written by, prepared by, reviewed by, approved by, behalf of, sincerely, regards, cheers, yours, attn, attention, care of, c/o,
  mr, mrs, ms, miss, dr, prof, professor, sir, dear, hello, hi, hey, hallo, liebe, lieber, geehrte frau, geehrter herr, herr, frau, herrn, name ist, ich heiße, ich heisse, bonjour, cher, chère, monsieur, madame, mme, mlle, m'appelle, m’appelle, je suis, cordialement,
  estimado, estimada, hola, señor, señora, sr, sra, srta, don, doña, me llamo, nombre es, mi chiamo, saludos, atentamente, ciao, gentile, caro, cara, signor, signora, signore, sig, prezado, prezada, olá, senhor, senhora, nome é, me chamo, atenciosamente,
  beste, geachte, meneer, mevrouw, naam is, groeten, groet, hej, hei, pan, pani, się, jag heter, jeg hedder, jeg heter, nimeni on, grüßen, grüße, o cliente, el cliente, la clienta, il cliente, le client, de heer, de klant, der kunde, die kundin, o senhor, a senhora, hier ist, hier spricht, on card, beneficiary, payee, cardholder, policyholder, patient, passenger, attendee, applicant, pt, nok, respondent, borrower, claimant, mother, father, wife, husband, son, daughter, brother, sister,
  kære, kjære, kära, bäste, bästa, hyvä, szanowna, szanowny, drahý, drahá, vážená, vážený, kedves, versicherungsnehmer, versicherungsnehmerin, versicherte, antragsteller, antragstellerin, bewerber, bewerberin, mieter, mieterin, zeuge, zeugin,
  zahlungspflichtiger, zahlungspflichtige, kontoinhaber, kontoinhaberin, nabywca, odbiorca, zleceniodawca, klientka, pacjentka, søker, hakija, potilas, asiakas, assuré, assurée, locataire, titulaire, titular, titolare, paziente, inquilino, asegurado, asegurada,
  patientin, klientin, mandant, mandantin, kläger, klägerin, beklagter, beklagte, zeugin, versicherter, ehefrau, ehemann, hausarzt, hausärztin, nachbar, nachbarin, soussigné, soussignée, sottoscritto, sottoscritta, abajo firmante, dña, dn, fru, dhr, mevr, mw, rouva, sig.ra, dr.ssa, dott, avv, pacjent, żona, mąż, córka, syn,
  un saludo, cordial saludo, salutations, hochachtungsvoll, pozdrowienia, um abraço, mvh, colleague, nurse, driver, witness, lawyer, tenant, resident, caller, interviewed, met with, meeting with, interview with, call with, intestato a, intestata a, зовут, г-н, госпожа, господин, уважаемый, уважаемая, дорогой, дорогая, abbracci, saluti, abraços, hälsningar, hilsen, pozdrawiam, thanks`,
);
learn(
  WEAK,
  'said, says, adds, added, argues, explained, deputy, mayor, minister, senator, judge, coach, captain, founder, president, between, including, sagte, sagt, erklärte, bürgermeister, bürgermeisterin, según, dijo, selon, secondo, aldus, enligt, namens, name, nombre, nome, naam, nimi, by, for, contact, customer, client, employee, member, guest, manager, assignee, author, reporter, reviewer, called, met, told, asked, and, with, kunde, kundin, für, von, mit, con, avec, par, por, para, cc, to, from, y, et, und, e',
);
learn(
  CLOSING,
  'regards, sincerely, cheers, yours, best, thanks, grüßen, grüße, cordialement, saludos, atentamente, saluti, groet, groeten, atenciosamente, abraços, hälsningar, hilsen, pozdrawiam, wishes, truly, faithfully, gruß, saludo, salutations, hochachtungsvoll, pozdrowienia, abraço, mvh',
);

/** "her daughter, Ann Lee", "the mayor, Bo Xu": what a person is to another or to all; a comma may follow. */
const RELATION = new Set<string>();
learn(
  RELATION,
  `attorney, solicitor, barrister, dentist, physician, therapist, accountant, adviser, advisor, friend, cousin, roommate, colleague, rechtsanwalt, rechtsanwältin, steuerberater, avocat, avocate, abogado, abogada, avvocato, advogado, advogada, advocaat, adwokat,
  mother, father, wife, husband, son, daughter, brother, sister, aunt, uncle, nephew, niece, grandmother, grandfather, spouse, partner, fiancé, fiancée, neighbour, neighbor, landlord, landlady, tenant, carer, guardian, boss, assistant, deputy, mayor, minister, president, founder, coach, captain, chairman, chairwoman, director, headteacher, principal, spokesman, spokeswoman,
  mutter, vater, ehefrau, ehemann, sohn, tochter, bruder, schwester, tante, onkel, neffe, nichte, oma, opa, nachbar, nachbarin, vermieter, vermieterin, betreuer, betreuerin, lebensgefährte, lebensgefährtin, geschäftsführer, geschäftsführerin, bürgermeister, bürgermeisterin,
  mère, père, épouse, époux, fille, fils, frère, sœur, voisin, voisine, maire, madre, padre, esposa, esposo, hija, hijo, hermano, hermana, vecino, vecina, alcalde, alcaldesa, moglie, marito, figlia, figlio, fratello, sorella, sindaco, mãe, pai, filha, filho, irmão, irmã,
  moeder, vader, echtgenoot, echtgenote, dochter, zoon, broer, zus, buurman, buurvrouw, burgemeester, żona, mąż, córka, syn, brat, siostra, dotter, make, maka, mor, far, datter, sønn, søn`,
);

/** Word → what it is, as bits: one look for all the lists. */
const WORDS = new Map<string, number>();
const IS = { strong: 1, weak: 2, closing: 4, greeting: 8, endsStrong: 16, endsAddressed: 32, relation: 64, particle: 128 } as const;
const say = (word: string, bit: number): unknown => WORDS.set(word, (WORDS.get(word) ?? 0) | bit);
for (const entry of STRONG) say(entry.slice(entry.lastIndexOf(' ') + 1), entry.includes(' ') ? IS.endsStrong : IS.strong);
for (const entry of ADDRESSED) say(entry.slice(entry.lastIndexOf(' ') + 1), IS.endsAddressed);
for (const entry of WEAK) say(entry, IS.weak);
for (const entry of CLOSING) say(entry, IS.closing);
for (const entry of GREETING) say(entry, IS.greeting);
for (const entry of RELATION) say(entry, IS.relation);

/** Stands between an honour and a family name: "mevrouw van der Meulen". */
const PARTICLES = 'van|von|de|del|della|di|da|dos|du|der|den|la|le|zu|ter|ten|af';
for (const entry of PARTICLES.split('|')) say(entry, IS.particle);
const HONOURED = new RegExp(
  `(?<!\\p{L})(?:mr|mrs|ms|miss|dr|prof|professor|herr|herrn|frau|monsieur|madame|mme|señor|señora|sr|sra|signor|signora|senhor|senhora|mevrouw|meneer|heer|dhr|mevr|mw|fru|don|doña)\\.? ((?:(?:${PARTICLES}) ){1,3})$`,
  'iu',
);
const MAX_HONOURED = 40;

/** How many characters of particles stand before a name that is honoured. */
export function particlesBefore(text: string, start: number): number {
  return HONOURED.exec(text.slice(Math.max(0, start - MAX_HONOURED), start))?.[1]?.length ?? 0;
}

const MAX_WORD = 24;
/** Around a name, or the end of a line before it. */
const TAG = /^<\/?(?:(br|p|div)|b|strong|i|em|u|span|font|mark)(?: [^<>]*)?\/?>$/i;
const MAX_TAG = 90;
const MAX_TAGS = 6;

/** Of a tag that ends at `end`: where it begins, and whether a line ends there. */
function tagBefore(text: string, end: number): { from: number; isLine: boolean } | undefined {
  const near = text.slice(Math.max(0, end - MAX_TAG), end + 1);
  const tag = TAG.exec(near.slice(Math.max(0, near.lastIndexOf('<'))));
  return tag === null ? undefined : { from: end + 1 - tag[0].length, isLine: tag[1] !== undefined };
}

/** How what stands before `start` leads to a name. */
export function leadBefore(text: string, start: number): Lead {
  let at = start - 1;
  let gaps = 0;
  let tags = 0;
  let line = false;
  let comma = false;
  while (at >= 0 && gaps < 4) {
    const code = text.charCodeAt(at);
    if (code === 0x3e && tags < MAX_TAGS) {
      // "Hi <b>Ann</b>", "Regards,<br>Ann"
      const tag = tagBefore(text, at);
      if (tag === undefined) break;
      line ||= tag.isLine;
      at = tag.from - 1;
      tags++;
      continue;
    }
    if (code === 0x0a || code === 0x0d) line = true;
    // Two of them end a line of LaTeX.
    else if (code === 0x5c && (text.charCodeAt(at - 1) === 0x5c || text.charCodeAt(at + 1) === 0x5c)) line = true;
    else if (code === 0x2c) comma = true;
    // "Dear **Ann**"
    else if ((code === 0x2a || code === 0x5f) && gaps === 0 && tags < MAX_TAGS && text.charCodeAt(at + 1) > 0x20) {
      at--;
      tags++;
      continue;
    } else if (code !== 0x20 && code !== 0x2e && code !== 0x3a && code !== 0x09) break;
    at--;
    gaps++;
  }
  if (gaps === 0) return at < 0 || tags > 0 || isOpening(text.charCodeAt(at)) ? 'start' : undefined;
  if (at < 0) return 'start';
  const one = wordBefore(text, at);
  // `created_ms INTEGER` has no title before it.
  if (one === '' || text.charCodeAt(at - one.length) === 0x5f) return 'start';
  const bits = WORDS.get(one) ?? 0;
  const before = (): string => wordBefore(text, at - one.length - 1);
  if (line) return bits & IS.closing || (bits & IS.endsAddressed && ADDRESSED.has(`${before()} ${one}`)) ? 'strong' : 'start';
  if (bits & IS.particle && gaps === 1 && particlesBefore(text, start) > 0) return 'strong';
  if (comma && bits & IS.relation) return 'weak';
  // "Thanks, Ann" but not "Staff Nurse, Night Shift".
  if (bits === 0 || (comma && !(bits & (IS.closing | IS.greeting)))) return 'start';
  if (bits & IS.strong || (bits & IS.endsStrong && STRONG.has(`${before()} ${one}`))) return 'strong';
  return bits & (IS.weak | IS.relation) ? 'weak' : 'start';
}

/** What a person does or has, right behind the name. */
const AFTER =
  /^(?:\s{0,4}[|,;–—-]\s{0,4}(?:SSN|DOB|D\.O\.B|born|tel|phone|mobile|cell|e-?mail|geb\b|née?\b|passport|id no)|\s+(?:called|said|says|wrote|writes|asked|asks|reported|reports|signed|joined|confirmed|requested|replied|told|mentioned|lives|works|worked|paid|was born|born|phoned|emailed|will|has|had|is|was|would|can|wants|wanted|needs|complained|ordered|purchased|agreed|visited|attended|submitted|received|moved|left|started|resigned|applied|hat|ist|schrieb|rief|sagte|a appelé|a dit|est|ha|dijo|llamó|escribió|es|disse|é)\b|['’]s\b|\s*[(<]|,\s*(?:CEO|CTO|CFO|COO|MD|PhD|(?:(?:the|our|their|his|her|a|an|former|senior|deputy|vice|chief|managing|general) ){0,3}(?:director|manager|engineer|mayor|deputy|head of|chair(?:man|woman|person)?|spokes(?:man|woman|person)|founder|co-founder|president|professor|minister|senator|treasurer|author of|owner|coach|captain|judge|lawyer|attorney|resident|farmer|teacher|nurse|consultant|analyst|who)\b|aged?|born|age|\d\d[,.]|Bürgermeister|Geschäftsführer|Sprecher|Leiter|directeur|maire|alcalde|director|sindaco)|\s+<)/i;

const EMPHASIS_END = /^(?:[*_]{1,2}|<\/(?:b|strong|i|em|u|span)>)/;

/** Does what stands behind a name say that it is one of a person? */
export function isFollowedAsPerson(text: string, end: number): boolean {
  const after = text.slice(end, end + 40).replace(EMPHASIS_END, '');
  // "Remixed", "Extended" end a title.
  return AFTER.test(after) || /^\s+[a-z]{2,12}ed\b/.test(after);
}

/** ( " ' “ [ • * - > | */
function isOpening(code: number): boolean {
  return (
    code === 0x28 || code === 0x22 || code === 0x27 || code === 0x201c || code === 0x5b || code === 0x2a || code === 0x3e || code === 0x7c
  );
}

function wordBefore(text: string, end: number): string {
  let at = end;
  while (at >= 0 && end - at < MAX_WORD && isWordCode(text.charCodeAt(at))) at--;
  return text.slice(at + 1, end + 1).toLowerCase();
}

function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x27 ||
    code === 0x2019 ||
    code === 0x2f ||
    (code >= 0xc0 && code < 0x2000)
  );
}
