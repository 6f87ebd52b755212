// Makes labelled documents that DLP has never been tuned on as a whole: layouts, locales, key names, provider formats, evasions and clean
// look-alikes of our own, from a seed. Same shape as the published sets, so one scorer reads both. Every value is invented here.

export interface Span {
  type: string;
  start: number;
  end: number;
}

export interface Item {
  id: string;
  family: string;
  text: string;
  spans: Span[];
  evasion?: true;
}

type Make = (g: Source) => string | object;

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';

/** Random values of one seed. */
export class Source {
  #state: number;

  constructor(seed: string) {
    this.#state = 2166136261;
    for (const char of seed) this.#state = Math.imul(this.#state ^ char.charCodeAt(0), 16777619);
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  }

  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }

  chars(set: string, count: number): string {
    return Array.from({ length: count }, () => set[Math.floor(this.next() * set.length)]).join('');
  }

  digits(count: number): string {
    return this.chars(DIGITS, count);
  }

  hex(count: number): string {
    return this.chars('0123456789abcdef', count);
  }

  word(count: number): string {
    return this.chars(UPPER + LOWER + DIGITS, count);
  }

  pad(least: number, most: number, width: number): string {
    return String(this.int(least, most)).padStart(width, '0');
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }
}

/** Marks a value; `finish` turns the marks into spans. */
const mark = (type: string, value: string): string => `\ue000${type}\ue001${value}\ue002`;

const PEOPLE: Record<string, { given: string[]; family: string[] }> = {
  en: {
    given: [
      'Harriet',
      'Desmond',
      'Priscilla',
      'Tobias',
      'Winifred',
      'Callum',
      'Imogen',
      'Rupert',
      'Shaniqua',
      'Brodie',
      'Maeve',
      'Quentin',
    ],
    family: [
      'Ashdown',
      'Thackeray',
      'Pemberton',
      'Okafor',
      'Whitlock',
      'Hargreaves',
      "O'Driscoll",
      'MacAllister',
      'Featherstone',
      'Lindqvist',
      'Blackwood',
      'Ravenscroft',
    ],
  },
  de: {
    given: ['Annegret', 'Jürgen', 'Swantje', 'Detlef', 'Roswitha', 'Henrik', 'Mareike', 'Götz'],
    family: ['Hollstein', 'Rübsam', 'von Bergen', 'Kaltenbrunner', 'Weißgerber', 'Schlüter', 'Pfeiffer', 'Dörr'],
  },
  fr: {
    given: ['Clotilde', 'Gaëtan', 'Solène', 'Thibault', 'Maëlle', 'Jean-Luc', 'Honoré'],
    family: ['Delacroix', 'Beauchamp', 'de la Tour', 'Rochefort', 'Lefèvre', 'Montagnier', 'Gauthier'],
  },
  es: {
    given: ['Xiomara', 'Iñaki', 'Rocío', 'Facundo', 'Macarena', 'Ximena'],
    family: ['Etxeberria', 'Valdivieso', 'Núñez Ortega', 'de la Cruz', 'Zubizarreta', 'Galindo'],
  },
  pl: {
    given: ['Grażyna', 'Zbigniew', 'Małgorzata', 'Wojciech', 'Agnieszka'],
    family: ['Wiśniewska', 'Kowalczyk', 'Brzęczyszczykiewicz', 'Szymański', 'Dąbrowski'],
  },
  nordic: {
    given: ['Ingeborg', 'Torbjørn', 'Päivi', 'Åsa', 'Sølvi', 'Jukka'],
    family: ['Haugen', 'Virtanen', 'Söderström', 'Mikkelsen', 'Lehtinen', 'Ødegård'],
  },
  south: {
    given: ['Venkatesh', 'Ananya', 'Harpreet', 'Lakshmi', 'Farhan', 'Aaliyah'],
    family: ['Subramanian', 'Chattopadhyay', 'Gill', 'Iyer', 'Qureshi', 'Rahman'],
  },
  africa: {
    given: ['Chukwuemeka', 'Thandiwe', 'Abena', 'Kwabena', 'Zanele'],
    family: ['Adebayo', 'Nkosi', 'Mensah', 'Dlamini', 'Onyekachi'],
  },
};
const EAST = {
  ja: ['山口 直樹', '小林美咲', '渡辺 健太郎', '斎藤 由美子'],
  zh: ['欧阳娜娜', '赵敏', '刘建国', '陈思远'],
  ko: ['박지훈', '최유진', '윤서연'],
  ru: ['Светлана Кузнецова', 'Дмитрий Орлов', 'Игорь Лебедев'],
  el: ['Ελένη Παπαδοπούλου', 'Γιώργος Νικολάου'],
};

interface Person {
  given: string;
  family: string;
  full: string;
}

function person(g: Source, locale?: string): Person {
  const list = PEOPLE[locale ?? g.pick(Object.keys(PEOPLE))] as { given: string[]; family: string[] };
  const given = g.pick(list.given);
  const family = g.pick(list.family);
  return { given, family, full: `${given} ${family}` };
}

const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
const name = (g: Source, locale?: string): string => mark('PERSON', person(g, locale).full);
const eastName = (g: Source): string => mark('PERSON', g.pick(g.pick(Object.values(EAST))));
const email = (g: Source, who = person(g)): string =>
  mark(
    'EMAIL',
    `${g.pick([`${ascii(who.given)}.${ascii(who.family)}`, `${ascii(who.given)[0]}.${ascii(who.family)}`, `${ascii(who.family)}${g.digits(2)}`, `info-${ascii(who.given)}`])}@${g.pick(['northwind-traders.com', 'posteo.de', 'orange.fr', 'mail.ru', 'acme.co.uk', 'kth.se', 'wanadoo.fr', 'example.com', 'sub.domain.school.nz'])}`,
  );

const phone = (g: Source): string => {
  const d = (count: number) => g.digits(count);
  return mark(
    'PHONE',
    g.pick([
      () => `+1 (${g.pick(['206', '347', '469', '720'])}) ${g.int(222, 899)}-${d(4)}`,
      () => `${g.pick(['206', '347', '469', '720'])}-${g.int(222, 899)}-${d(4)}`,
      () => `+44 1${g.int(21, 61)} ${g.int(200, 999)} ${d(4)}`,
      () => `01${g.int(200, 999)} ${d(6)}`,
      () => `+49 ${g.int(151, 179)} ${d(4)} ${d(4)}`,
      () => `0${g.int(30, 89)}1/${d(6)}`,
      () => `+33 (0)6 ${d(2)} ${d(2)} ${d(2)} ${d(2)}`,
      () => `04.${d(2)}.${d(2)}.${d(2)}.${d(2)}`,
      () => `+34 6${d(2)} ${d(3)} ${d(3)}`,
      () => `+39 3${g.int(20, 49)} ${d(3)} ${d(4)}`,
      () => `+48 5${d(2)} ${d(3)} ${d(3)}`,
      () => `+46 70-${d(3)} ${d(2)} ${d(2)}`,
      () => `+358 40 ${d(7)}`,
      () => `+55 11 9${d(4)}-${d(4)}`,
      () => `+52 55 ${d(4)} ${d(4)}`,
      () => `+91 ${g.int(70000, 99999)} ${d(5)}`,
      () => `+86 138 ${d(4)} ${d(4)}`,
      () => `+81-90-${d(4)}-${d(4)}`,
      () => `+82 10-${d(4)}-${d(4)}`,
      () => `+27 82 ${d(3)} ${d(4)}`,
      () => `+234 803 ${d(3)} ${d(4)}`,
      () => `+61 4${d(2)} ${d(3)} ${d(3)}`,
      () => `+380 67 ${d(3)} ${d(2)} ${d(2)}`,
      () => `0041 79 ${d(3)} ${d(2)} ${d(2)}`,
    ])(),
  );
};

const address = (g: Source): string =>
  mark(
    'ADDRESS',
    g.pick([
      () =>
        `${g.int(10, 9999)} ${g.pick(['Elderberry', 'Quarry Hill', 'Old Mill', 'SW 23rd', 'Harbor View'])} ${g.pick(['Rd', 'Court', 'Ln', 'Parkway', 'Terrace'])}, ${g.pick(['Boulder, CO', 'Tacoma, WA', 'Des Moines, IA'])} ${g.int(10000, 99000)}`,
      () =>
        `${g.int(1, 200)} ${g.pick(['Abbey', 'Queens', 'Canal', 'Shepherds'])} ${g.pick(['Gardens', 'Crescent', 'Road', 'Close'])}, ${g.pick(['Sheffield S10 2TN', 'Norwich NR1 3JU', 'Glasgow G12 8QQ'])}`,
      () =>
        `${g.pick(['Lindenstraße', 'Am Bahndamm', 'Gartenweg', 'Kastanienallee', 'Hinter der Mühle'])} ${g.int(1, 120)}, ${g.int(10115, 99900)} ${g.pick(['Göttingen', 'Bad Homburg', 'Kiel', 'Freiburg im Breisgau'])}`,
      () =>
        `${g.int(1, 180)} ${g.pick(['rue des Lilas', 'avenue du Général Leclerc', 'boulevard Saint-Michel', 'impasse des Roses'])}, ${g.int(10, 95)}${g.digits(3)} ${g.pick(['Grenoble', 'Aix-en-Provence', 'Le Mans'])}`,
      () =>
        `${g.pick(['Calle de Alcalá', 'Avenida de América', 'Paseo de Gracia'])}, ${g.int(1, 300)}, 0${g.digits(4)} ${g.pick(['Barcelona', 'Alicante', 'Vigo'])}`,
      () =>
        `${g.pick(['Via Cavour', 'Corso Vittorio Emanuele II', 'Viale Europa'])} ${g.int(1, 200)}, ${g.int(10, 90)}${g.digits(3)} ${g.pick(['Genova', 'Palermo', 'Trieste'])}`,
      () =>
        `ul. ${g.pick(['Marszałkowska', 'Długa', 'Piotrkowska'])} ${g.int(1, 150)}/${g.int(1, 60)}, ${g.pad(0, 99, 2)}-${g.digits(3)} ${g.pick(['Warszawa', 'Kraków', 'Łódź'])}`,
      () =>
        `${g.pick(['Storgatan', 'Kungsvägen', 'Drottninggatan'])} ${g.int(1, 90)}, ${g.int(100, 980)} ${g.digits(2)} ${g.pick(['Uppsala', 'Malmö', 'Lund'])}`,
      () =>
        `Rua ${g.pick(['Augusta', 'das Palmeiras', 'Sete de Setembro'])}, ${g.int(1, 2000)}, ${g.pick(['Porto Alegre - RS', 'Salvador - BA'])}, ${g.digits(5)}-${g.digits(3)}`,
      () => `${g.int(1, 400)} ${g.pick(['Collins Street', 'George St'])}, ${g.pick(['Melbourne VIC 3000', 'Sydney NSW 2000'])}`,
      () => `${g.int(100, 2000)} ${g.pick(['Bloor Street West', 'Yonge St'])}, Toronto, ON M${g.digits(1)}V ${g.digits(1)}T${g.digits(1)}`,
    ])(),
  );

export function luhnDigit(body: string): number {
  let sum = 0;
  for (let index = body.length - 1, double = true; index >= 0; index--, double = !double) {
    let digit = Number(body[index]);
    if (double) digit = digit * 2 - (digit > 4 ? 9 : 0);
    sum += digit;
  }
  return (10 - (sum % 10)) % 10;
}

const bareCard = (g: Source): string => {
  const body = g.pick(['4539', '5204', '5412', '2720', '6011', '3569']) + g.digits(11);
  return body + luhnDigit(body);
};
const card = (g: Source): string => {
  const bare = bareCard(g);
  return mark('CREDIT_CARD', g.pick([bare, bare.replace(/(.{4})(?=.)/g, '$1 '), bare.replace(/(.{4})(?=.)/g, '$1-')]));
};
const iban = (g: Source): string => {
  const [country, body] = g.pick([
    ['AT', g.digits(16)],
    ['CH', g.digits(17)],
    ['PL', g.digits(24)],
    ['SE', g.digits(20)],
    ['IT', `X${g.digits(22)}`],
    ['IE', `AIBK${g.digits(14)}`],
    ['CZ', g.digits(20)],
    ['SA', g.digits(20)],
    ['MT', `MALT${g.digits(5)}${g.word(18).toUpperCase()}`],
  ] as const);
  const turned = `${body}${country}00`.replace(/[A-Z]/g, (char) => String(char.charCodeAt(0) - 55));
  const bare = `${country}${String(98n - (BigInt(turned) % 97n)).padStart(2, '0')}${body}`;
  return mark('IBAN', g.pick([bare, bare.replace(/(.{4})(?=.)/g, '$1 ')]));
};
const ssn = (g: Source): string => mark('US_SSN', `${g.pad(101, 665, 3)}-${g.pad(1, 99, 2)}-${g.pad(1, 9999, 4)}`);

const NATIONAL: Record<string, (g: Source) => string> = {
  pesel: (g) =>
    weighed(
      `${g.pad(50, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}${g.digits(4)}`,
      [1, 3, 7, 9, 1, 3, 7, 9, 1, 3],
      (sum) => (10 - (sum % 10)) % 10,
    ),
  personnummer: (g) => {
    const day = `${g.pad(50, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}`;
    const serial = g.digits(3);
    return `19${day}-${serial}${luhnDigit(day + serial)}`;
  },
  codiceFiscale: (g) => {
    const body = `${g.chars('BCDFGLMNPRST', 6)}${g.pad(50, 99, 2)}${g.chars('ABCDEHLMPRST', 1)}${g.pad(1, 28, 2)}${g.chars('ABCDEFGH', 1)}${g.digits(3)}`;
    const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    const value = (char: string): number => (/\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65);
    const sum = [...body].reduce((all, char, index) => all + (index % 2 === 0 ? (odd[value(char)] as number) : value(char)), 0);
    return body + String.fromCharCode(65 + (sum % 26));
  },
  nir: (g) => {
    const body = `${g.pick(['1', '2'])}${g.pad(50, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 95, 2)}${g.digits(6)}`;
    const key = String(97n - (BigInt(body) % 97n)).padStart(2, '0');
    return `${body[0]} ${body.slice(1, 3)} ${body.slice(3, 5)} ${body.slice(5, 7)} ${body.slice(7, 10)} ${body.slice(10)} ${key}`;
  },
  hetu: (g) => {
    const day = `${g.pad(1, 28, 2)}${g.pad(1, 12, 2)}${g.pad(50, 99, 2)}`;
    const serial = g.pad(2, 899, 3);
    return `${day}-${serial}${'0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(day + serial) % 31]}`;
  },
  cnId: (g) => {
    const body = `110105${g.int(1950, 2004)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}${g.digits(3)}`;
    const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((all, weight, index) => all + weight * Number(body[index]), 0);
    return body + '10X98765432'[sum % 11];
  },
  rrn: (g) => `${g.pad(60, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}-${g.pick(['1', '2'])}${g.digits(6)}`,
  bsn: (g) => {
    for (;;) {
      const bare = `${g.int(1, 2)}${g.digits(8)}`;
      if ([9, 8, 7, 6, 5, 4, 3, 2, -1].reduce((sum, weight, index) => sum + weight * Number(bare[index]), 0) % 11 === 0) return bare;
    }
  },
  nino: (g) => `${g.pick(['AB', 'CE', 'JK', 'PX', 'WL'])}${g.digits(6)}${g.chars('ABCD', 1)}`,
  ahv: (g) => {
    const body = `756${g.digits(9)}`;
    const sum = [...body].reduce((all, char, index) => all + Number(char) * (index % 2 === 0 ? 1 : 3), 0);
    const full = body + ((10 - (sum % 10)) % 10);
    return `756.${full.slice(3, 7)}.${full.slice(7, 11)}.${full.slice(11)}`;
  },
  curp: (g) =>
    `${g.chars('BCDFGHJLMN', 4)}${g.pad(50, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}${g.pick(['H', 'M'])}DF${g.chars('BCDFGH', 3)}${g.digits(2)}`,
  passport: (g) => `${g.chars(UPPER, g.int(1, 2))}${g.digits(7)}`,
};
const LABELS: Record<string, string[]> = {
  pesel: ['PESEL', 'pesel', 'nr_pesel'],
  personnummer: ['personnummer', 'personal_identity_number'],
  codiceFiscale: ['codice_fiscale', 'Codice Fiscale', 'taxCode'],
  nir: ['numero_securite_sociale', 'NIR'],
  hetu: ['henkilötunnus', 'hetu'],
  cnId: ['身份证号', 'id_card_no', 'idNumber'],
  rrn: ['주민등록번호', 'rrn_national_id'],
  bsn: ['BSN', 'burgerservicenummer', 'bsn_nummer'],
  nino: ['National Insurance', 'nino', 'ni_number'],
  ahv: ['AHV-Nr', 'avs_number', 'ahvNummer'],
  curp: ['CURP', 'curp'],
  passport: ['passport_no', 'Passport number', 'passportNumber', 'Reisepass'],
};

function weighed(body: string, weights: number[], check: (sum: number) => number): string {
  return body + check(weights.reduce((sum, weight, index) => sum + weight * Number(body[index]), 0));
}

function national(g: Source): { label: string; id: string } {
  const kind = g.pick(Object.keys(NATIONAL));
  return { label: g.pick(LABELS[kind] as string[]), id: mark('NATIONAL_ID', (NATIONAL[kind] as (g: Source) => string)(g)) };
}

const KEYS: ((g: Source) => string)[] = [
  (g) => `sk-ant-api03-${g.word(93)}AA`,
  (g) => `github_pat_${g.word(22)}_${g.word(59)}`,
  (g) => `glrt-${g.word(20)}`,
  (g) => `xapp-1-${g.word(11).toUpperCase()}-${g.digits(13)}-${g.hex(64)}`,
  (g) => `shpat_${g.hex(32)}`,
  (g) => `lin_api_${g.word(40)}`,
  (g) => `ntn_${g.word(46)}`,
  (g) => `dapi${g.hex(32)}`,
  (g) => `hvs.${g.word(90)}`,
  (g) => `${g.digits(10)}:AA${g.word(33)}`,
  (g) => `NRAK-${g.chars(UPPER + DIGITS, 27)}`,
  (g) => `glsa_${g.word(32)}_${g.hex(8)}`,
  (g) => `gsk_${g.word(52)}`,
  (g) => `pypi-AgEIcHlwaS5vcmc${g.word(70)}`,
  (g) => `dckr_pat_${g.word(27)}`,
  (g) => `hvs.${g.chars(UPPER + DIGITS, 58)}`,
  (g) => `rk_live_${g.word(24)}`,
  (g) => `ya29.${g.word(60)}`,
  (g) => `GOCSPX-${g.word(28)}`,
  (g) => `figd_${g.word(40)}`,
  (g) => `${g.word(3)}8Q~${g.word(34)}`,
  (g) => `whsec_${g.word(32)}`,
  (g) => `sntrys_${g.word(60)}`,
  (g) => `xkeysib-${g.hex(64)}-${g.word(16)}`,
  (g) => `pul-${g.hex(40)}`,
  (g) => `tskey-auth-${g.word(11)}CNTRL-${g.word(32)}`,
];
const key = (g: Source): string => mark('API_KEY', g.pick(KEYS)(g));
const randomKey = (g: Source): string => mark('API_KEY', g.pick([g.word(g.int(24, 64)), g.hex(g.pick([32, 40, 64])), `${g.word(43)}=`]));
const password = (g: Source): string =>
  mark(
    'PASSWORD',
    g.pick([
      () => `${g.pick(['Blue', 'Zebra', 'Harvest', 'Nimbus'])}${g.pick(['@', '!', '_'])}${g.digits(3)}${g.word(3)}`,
      () => `${g.word(5)}#${g.word(6)}`,
      () => `${g.chars(LOWER, 4)}${g.digits(4)}$${g.chars(UPPER, 2)}`,
    ])(),
  );
const connection = (g: Source): string => {
  const secret = g.word(g.int(8, 18));
  const host = g.pick(['pg-01.prod.svc.cluster.local', '172.16.4.20', 'rds.eu-west-1.amazonaws.com', 'mongo-a.acme.io']);
  return mark(
    'DB_CONNECTION',
    g.pick([
      `postgresql+asyncpg://svc:${secret}@${host}:5432/ledger`,
      `mongodb://admin:${secret}@${host}:27017,${host}:27018/app?replicaSet=rs0&authSource=admin`,
      `rediss://default:${secret}@${host}:6380`,
      `mysql+pymysql://root:${secret}@${host}/shop?charset=utf8mb4`,
      `Server=${host};Database=ledger;User Id=sa;Password=${secret};TrustServerCertificate=True;`,
      `Data Source=${host};Initial Catalog=hr;User ID=app;Password=${secret};`,
      `host=${host} port=5432 dbname=app user=app password=${secret} sslmode=require`,
      `jdbc:mysql://${host}:3306/crm?user=crm&password=${secret}`,
      `amqp://guest:${secret}@${host}:5672/%2Fprod`,
      `Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=${g.word(43)}=`,
      `oracle+cx_oracle://scott:${secret}@${host}:1521/?service_name=ORCL`,
      `sqlserver://sa:${secret}@${host}:1433?database=master`,
    ]),
  );
};
const pem = (g: Source, kind = g.pick(['RSA ', 'EC ', '', 'OPENSSH ', 'ENCRYPTED '])): string =>
  mark(
    'PRIVATE_KEY',
    `-----BEGIN ${kind}PRIVATE KEY-----\n${Array.from({ length: g.int(5, 20) }, () => g.word(64)).join('\n')}\n-----END ${kind}PRIVATE KEY-----`,
  );
const birth = (g: Source): string =>
  mark(
    'DATE_OF_BIRTH',
    g.pick([
      `${g.int(1940, 2005)}-${g.pad(1, 12, 2)}-${g.pad(1, 28, 2)}`,
      `${g.pad(1, 28, 2)}.${g.pad(1, 12, 2)}.${g.int(1940, 2005)}`,
      `${g.pad(1, 12, 2)}/${g.pad(1, 28, 2)}/${g.int(1940, 2005)}`,
      `${g.int(1, 28)} March ${g.int(1940, 2005)}`,
    ]),
  );
const routing = (g: Source): string => {
  const body = `02${g.digits(6)}`;
  const sum = [3, 7, 1, 3, 7, 1, 3, 7].reduce((all, weight, index) => all + weight * Number(body[index]), 0);
  return mark('BANK_ACCOUNT', body + ((10 - (sum % 10)) % 10));
};

export const SOURCES = {
  mark,
  person,
  name,
  eastName,
  email,
  phone,
  address,
  card,
  bareCard,
  iban,
  ssn,
  national,
  key,
  randomKey,
  password,
  connection,
  pem,
  birth,
  routing,
};

/** Turns marked text into text and spans. */
export function finish(raw: string): { text: string; spans: Span[] } {
  const spans: Span[] = [];
  const open: { type: string; start: number }[] = [];
  let text = '';
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at] as string;
    if (char === '\ue000') {
      const end = raw.indexOf('\ue001', at);
      open.push({ type: raw.slice(at + 1, end), start: text.length });
      at = end;
    } else if (char === '\ue002') {
      const last = open.pop();
      if (last) spans.push({ ...last, end: text.length });
    } else text += char;
  }
  return { text, spans: spans.sort((one, other) => one.start - other.start) };
}

export type Template = [family: string, make: Make, kind?: 'evasion'];

export function makeItems(templates: readonly Template[], seed: string, each: number): Item[] {
  return templates.flatMap(([family, make, kind]) =>
    Array.from({ length: each }, (_, index) => {
      const made = make(new Source(`${seed}|${family}|${index}`));
      const raw = typeof made === 'string' ? made : JSON.stringify(made, null, index % 2 === 0 ? 2 : 0);
      return { id: `${family}-${index}`, family, ...finish(raw), ...(kind === 'evasion' ? { evasion: true as const } : {}) };
    }),
  );
}
