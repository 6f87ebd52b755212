// Names of persons that are mostly names of something else: works, characters, companies, airports, ships, foundations. In running text, with nothing
// that introduces a person, they are not taken for one. From general knowledge; a hint for prose, never for a field that says it holds a name.

const KNOWN = new Set(
  `eleanor rigby|billie jean|peggy sue|sweet caroline|bobby mcgee|tom dooley|john barleycorn|ruby tuesday|lucille|annie laurie|bobby shaftoe|clementine
  jane eyre|anna karenina|oliver twist|emma bovary|madame bovary|moby dick|david copperfield|nicholas nickleby|barnaby rudge|martin chuzzlewit|silas marner|daniel deronda|tom jones|tom sawyer
  huckleberry finn|robinson crusoe|tristram shandy|peter pan|mary poppins|harry potter|hermione granger|ron weasley|bilbo baggins|frodo baggins|sherlock holmes|john watson|james bond|jason bourne
  jack ryan|jack reacher|philip marlowe|sam spade|hercule poirot|miss marple|nancy drew|dorian gray|victor frankenstein|don quixote|romeo montague|julius caesar|richard iii|henry v|peer gynt|wilhelm meister
  effi briest|max havelaar|pippi longstocking|anne shirley|holden caulfield|jay gatsby|atticus finch|scout finch|winston smith|willy loman|blanche dubois|charlie brown|peter parker|bruce wayne|clark kent
  tony stark|diana prince|lois lane|luke skywalker|han solo|indiana jones|forrest gump|jerry maguire|annie hall|erin brockovich|michael clayton|john wick|donnie darko|billy elliot|bridget jones|mary jane
  edward scissorhands|patch adams|barry lyndon|norma rae|ferris bueller|happy gilmore|billy madison|napoleon dynamite|juno macguff|ted lasso|tony soprano|walter white|don draper|jessica jones|lara croft
  harley davidson|harley quinn|jack daniels|jack daniel|johnnie walker|jim beam|captain morgan|ben jerry|betty crocker|aunt jemima|uncle ben|dr pepper|dr oetker|dr martens|doc martens|marie curie|calvin klein|ralph lauren|tommy hilfiger
  michael kors|kate spade|marc jacobs|jimmy choo|hugo boss|paul smith|ted baker|karl lagerfeld|jil sander|georg jensen|laura ashley|vera wang|vera bradley|tory burch|donna karan|giorgio armani|louis vuitton|christian dior|yves rocher|elizabeth arden
  mary kay|estee lauder|helena rubinstein|max factor|jo malone|philip morris|john deere|john lewis|charles schwab|edward jones|raymond james|stanley morgan|morgan stanley|jp morgan|arthur andersen|booz allen|jones lang|henry schein|eli lilly
  wendy s|marks spencer|leroy merlin|albert heijn|jerónimo martins|jeronimo martins|rudolf wild|carl zeiss|robert bosch|max planck|albert schweitzer|konrad adenauer|friedrich ebert|heinrich boll|rosa luxemburg
  charles de gaulle|john f kennedy|john wayne|george bush|ronald reagan|benito juarez|leonardo da vinci|marco polo|cristoforo colombo|galileo galilei|franz josef strauss|adolfo suarez|jorge chavez|jomo kenyatta|murtala muhammed|lester pearson|louis armstrong|bob hope
  john paul|abraham lincoln|thomas jefferson|martin luther|ada lovelace|grace hopper|alan turing|marie sklodowska|anne frank|johns hopkins|carnegie mellon|thomas cook|bill melinda|mary celeste|queen mary|queen elizabeth|king charles|king james|alexander mcqueen
  sally lunn|earl grey|tom collins|john collins|shirley temple|arnold palmer|bloody mary|charlotte russe|maggie may|jack diane|oliver cromwell|victoria sponge|rob roy|harvey wallbanger|peach melba|sloppy joe|monte carlo|santa barbara|santa monica|san diego|saint martin|virginia woolf|charlotte amalie|alice springs|christian science|victoria falls|lake victoria|mount vernon|margaret river|jasper johns|carmen electra`
    .split(/[|\n]/)
    .map((name) => name.trim()),
);

/** Is the name, in any case and without its dots, rather that of a work, a company or a place? */
export function isFamous(name: string): boolean {
  const lower = name.toLowerCase();
  return KNOWN.has(
    ODD.test(lower)
      ? lower
          .replace(/[.'’&]/g, '')
          .replace(/\s+/g, ' ')
          .trim()
      : lower,
  );
}

/** Anything but words with one blank between two of them. */
const ODD = /[.'’&]|[^\S ]| {2}|^ | $/;

/** Before a colon: a list of works, firms or places follows. */
const LIST_OF =
  /\b(?:playlist|songs?|tracks?|albums?|setlist|reading list|books?|novels?|audiobooks?|films?|movies?|screening|showing|now playing|watch ?list|episodes?|series|games?|plays?|musicals?|operas?|vendors?|suppliers?|brands?|companies|competitors|retailers|airports?|flights?|stations?|ships?|vessels|streets|venues?|hotels?|restaurants?|theat(?:re|er)s?|products?|books|libros|canciones|pel[ií]culas|livres|chansons|b[üu]cher|lieder|filme)\b[^:\n]{0,30}:[^\n]*$/i;
const MAX_LINE_BACK = 200;

/** Does the line say, before `start`, that it lists something other than people? */
export function isListOfThings(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - MAX_LINE_BACK), start);
  return LIST_OF.test(before.slice(before.lastIndexOf('\n') + 1));
}
