// A second set of DLP documents, made after the detectors were tuned on the first (dlp-layout.ts): other layouts, names, locales, key words and
// look-alikes. First written unseen; what it showed was mended by principle, see docs/dlp.md. Every value is invented here.
import { luhnDigit, SOURCES, type Source, type Template } from './dlp-variation.ts';

const { mark } = SOURCES;

const GIVEN =
  'Marjolein,Sander,Wietske,Tiago,Beatriz,Anabela,Ozan,Elif,Mehmet,Ioana,Radu,Zsófia,Bence,Nguyet,Khanh,Siti,Budi,Maricel,Jomar,Yasmin,Khalid,Noura,Aoife,Ciarán,Gwenllian,Bronwyn,Tamsin,Alasdair,Katarzyna,Piotr,Vesna,Goran,Petra,Ondřej,Sanna,Erkki,Freja,Magnus,Guðrún,Wanjiru,Kofi,Amara,Priyanka,Rohan,Meera,Giulia,Lorenzo,Chiara,Mathilde,Antoine,Léonie,Svenja,Thorsten,Ulrike,Consuelo,Joaquín,Itziar,Keisha,Dwayne,Loretta,Garrett,Melinda'.split(
    ',',
  );
const FAMILY =
  'van der Meer,Hoekstra,Zeldenrust,Figueiredo,Carvalho,Nogueira,Yıldırım,Demirtaş,Ionescu,Popescu,Szabó,Horváth,Tran,Pham,Wijaya,Santoso,Dimaculangan,Villanueva,Al-Farsi,Haddad,Ní Bhriain,Gallagher,Prosser,Trevelyan,Sutherland,Nowakowska,Jankowski,Petrović,Novák,Koskinen,Nieminen,Kjeldsen,Lundgren,Jónsdóttir,Kamau,Asante,Eze,Banerjee,Deshpande,Ricci,Bellini,Fournier,Chevalier,Rademacher,Kühn,Aguirre,Larrañaga,Washington,Hutchinson,Delgado,Mercer'.split(
    ',',
  );
const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();

interface Who {
  given: string;
  family: string;
  full: string;
}
const who = (g: Source): Who => {
  const given = g.pick(GIVEN);
  const family = g.pick(FAMILY);
  return { given, family, full: `${given} ${family}` };
};
const person = (text: string): string => mark('PERSON', text);
const name = (g: Source): string => person(who(g).full);
const email = (g: Source, one = who(g)): string =>
  mark(
    'EMAIL',
    `${g.pick([`${ascii(one.given)}.${ascii(one.family)}`, `${ascii(one.given).slice(0, 1)}${ascii(one.family)}`, `${ascii(one.given)}_${g.int(1, 99)}`, `${ascii(one.family)}+tag`])}@${g.pick(['telia.se', 'kpnmail.nl', 'uol.com.br', 'hetnet.nl', 'proton.me', 'btinternet.com', 'laposte.net', 'web.de', 'corp-mail.io', 'tcd.ie', 'seznam.cz'])}`,
  );
const phone = (g: Source): string =>
  mark(
    'PHONE',
    g.pick([
      () => `+31 6 ${g.digits(8)}`,
      () => `+31 (0)20 ${g.int(200, 799)} ${g.digits(4)}`,
      () => `06-${g.digits(8)}`,
      () => `+351 91${g.digits(1)} ${g.digits(3)} ${g.digits(3)}`,
      () => `+90 532 ${g.digits(3)} ${g.digits(2)} ${g.digits(2)}`,
      () => `0532 ${g.digits(3)} ${g.digits(2)} ${g.digits(2)}`,
      () => `+40 72${g.digits(1)} ${g.digits(3)} ${g.digits(3)}`,
      () => `+36 30 ${g.digits(3)} ${g.digits(4)}`,
      () => `+84 91 ${g.digits(3)} ${g.digits(4)}`,
      () => `+62 812-${g.digits(4)}-${g.digits(4)}`,
      () => `+63 917 ${g.digits(3)} ${g.digits(4)}`,
      () => `+971 50 ${g.digits(3)} ${g.digits(4)}`,
      () => `+353 87 ${g.digits(3)} ${g.digits(4)}`,
      () => `(08${g.int(3, 9)}) ${g.digits(3)} ${g.digits(4)}`,
      () => `07${g.int(400, 999)} ${g.digits(6)}`,
      () => `020 7${g.digits(3)} ${g.digits(4)}`,
      () => `+420 ${g.int(601, 799)} ${g.digits(3)} ${g.digits(3)}`,
      () => `+45 ${g.int(20, 60)} ${g.digits(2)} ${g.digits(2)} ${g.digits(2)}`,
      () => `+47 9${g.digits(2)} ${g.digits(2)} ${g.digits(3)}`,
      () => `+254 7${g.digits(2)} ${g.digits(6)}`,
      () => `+91-98${g.digits(3)}-${g.digits(5)}`,
      () => `06 ${g.digits(2)} ${g.digits(2)} ${g.digits(2)} ${g.digits(2)}`,
      () => `0171 ${g.digits(7)}`,
      () => `+49 (0) 221 / ${g.digits(6)}`,
      () => `${g.pick(['512', '617', '303', '415'])}.${g.int(222, 899)}.${g.digits(4)}`,
      () => `(${g.pick(['512', '617', '303', '415'])}) ${g.int(222, 899)}-${g.digits(4)}`,
      () => `1-${g.pick(['512', '617'])}-${g.int(222, 899)}-${g.digits(4)}`,
      () => `+1 ${g.pick(['512', '617'])} ${g.int(222, 899)} ${g.digits(4)} ext. ${g.int(10, 999)}`,
    ])(),
  );
const address = (g: Source): string =>
  mark(
    'ADDRESS',
    g.pick([
      () =>
        `${g.pick(['Prinsengracht', 'Kerkstraat', 'Oude Gracht'])} ${g.int(1, 400)}, ${g.int(1011, 9999)} ${g.pick(['AB', 'KL', 'XW'])} ${g.pick(['Amsterdam', 'Utrecht', 'Haarlem'])}`,
      () =>
        `Rua ${g.pick(['do Carmo', 'de Santa Catarina', 'Garrett'])} ${g.int(1, 200)}, ${g.int(1000, 4999)}-${g.digits(3)} ${g.pick(['Lisboa', 'Porto', 'Braga'])}`,
      () =>
        `${g.int(1, 90)} ${g.pick(['Grafton Street', 'Merrion Square', 'Patrick Street'])}, ${g.pick(['Dublin 2', 'Cork T12 X8YD', 'Dublin D02 AF30'])}`,
      () =>
        `Flat ${g.int(1, 20)}, ${g.int(1, 150)} ${g.pick(['Marlborough Road', 'Clifton Hill', 'Park Lane'])}, ${g.pick(['Bristol BS8 1BN', 'Leeds LS6 3AA', 'London NW8 0JT'])}`,
      () =>
        `${g.int(100, 9900)} ${g.pick(['N Lamar Blvd', 'Commonwealth Ave', 'E Colfax Ave', 'Sunset Cliffs Blvd'])} Apt ${g.int(1, 60)}, ${g.pick(['Austin, TX 78756', 'Boston, MA 02215', 'Denver, CO 80220'])}`,
      () =>
        `${g.int(100, 9900)} ${g.pick(['Maple', 'Cedar Ridge', 'Lakeview'])} ${g.pick(['Street', 'Drive', 'Circle'])}, Suite ${g.int(100, 900)}, ${g.pick(['Reno NV 89501', 'Tampa, FL 33602'])}`,
      () =>
        `${g.pick(['Hauptstr.', 'Bahnhofstr.', 'Schillerplatz', 'Königsallee'])} ${g.int(1, 99)}a, ${g.int(10115, 99900)} ${g.pick(['Köln', 'Leipzig', 'Mainz'])}`,
      () =>
        `${g.pick(['Mariahilfer Straße', 'Getreidegasse'])} ${g.int(1, 99)}/${g.int(1, 20)}, ${g.int(1010, 9990)} ${g.pick(['Wien', 'Salzburg'])}`,
      () =>
        `${g.int(1, 99)} bis rue ${g.pick(['de la République', 'Victor Hugo', 'des Tanneurs'])}, ${g.int(10, 95)}${g.digits(3)} ${g.pick(['Lyon', 'Toulouse', 'Strasbourg'])}`,
      () => `${g.pick(['Bagdat Caddesi', 'Istiklal Caddesi'])} No: ${g.int(1, 300)}, 34${g.digits(3)} Istanbul`,
      () => `${g.pick(['Vinohradská', 'Národní'])} ${g.int(1, 200)}, ${g.int(100, 190)} 00 Praha`,
      () => `${g.pick(['Rákóczi út', 'Váci utca'])} ${g.int(1, 90)}., ${g.int(1011, 1239)} Budapest`,
      () => `${g.int(1, 300)}, ${g.pick(['MG Road', 'Linking Road'])}, ${g.pick(['Bengaluru 560001', 'Mumbai 400050'])}`,
      () => `PO Box ${g.int(10, 9999)}, ${g.pick(['Wellington 6140', 'Nairobi 00100'])}`,
    ])(),
  );
const NATIONAL: readonly (readonly [label: string, make: (g: Source) => string])[] = [
  ['CPF', (g) => cpf(g)],
  ['cpf', (g) => cpf(g)],
  ['Número de identificación (DNI)', (g) => dni(g)],
  ['dni', (g) => dni(g)],
  ['NIE', (g) => nie(g)],
  ['T.C. Kimlik No', (g) => tckn(g)],
  ['tckn', (g) => tckn(g)],
  ['CNP', (g) => `${g.pick(['1', '2'])}${g.pad(50, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}${g.digits(6)}`],
  ['rodné číslo', (g) => `${g.pad(60, 99, 2)}${g.pad(1, 12, 2)}${g.pad(1, 28, 2)}/${g.digits(4)}`],
  ['Aadhaar', (g) => `${g.int(2000, 9999)} ${g.digits(4)} ${g.digits(4)}`],
  ['PAN', (g) => `${g.chars('ABCDEFGHKL', 3)}P${g.chars('ABCDEFGHKL', 1)}${g.digits(4)}${g.chars('ABCDEFGHKL', 1)}`],
  ['fødselsnummer', (g) => `${g.pad(1, 28, 2)}${g.pad(1, 12, 2)}${g.pad(50, 99, 2)} ${g.digits(5)}`],
  ['CPR-nummer', (g) => `${g.pad(1, 28, 2)}${g.pad(1, 12, 2)}${g.pad(50, 99, 2)}-${g.digits(4)}`],
  ['PPS Number', (g) => `${g.digits(7)}${g.chars('ABCDEFGHW', 1)}${g.pick(['', 'A'])}`],
  ["driver's license", (g) => `${g.chars('ABCDEFGHK', 1)}${g.digits(7)}`],
  ['Personalausweisnummer', (g) => `L${g.chars('CFGHJKLMNPRTVWXYZ0123456789', 8)}`],
  ['tax_id', (g) => `${g.int(10, 99)} ${g.digits(3)} ${g.digits(3)} ${g.digits(3)}`],
  ['NHS number', (g) => nhs(g)],
];
function cpf(g: Source): string {
  const body = g.digits(9);
  const check = (text: string, from: number): number => {
    const rest = [...text].reduce((sum, digit, index) => sum + Number(digit) * (from - index), 0) % 11;
    return rest < 2 ? 0 : 11 - rest;
  };
  const one = check(body, 10);
  const two = check(body + one, 11);
  return `${body.slice(0, 3)}.${body.slice(3, 6)}.${body.slice(6)}-${one}${two}`;
}
function dni(g: Source): string {
  const body = g.digits(8);
  return `${body}${g.pick(['', '-'])}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(body) % 23]}`;
}
function nie(g: Source): string {
  const body = g.digits(7);
  return `X${body}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(`0${body}`) % 23]}`;
}
function tckn(g: Source): string {
  const body = `${g.int(1, 9)}${g.digits(8)}`;
  const at = (index: number): number => Number(body[index]);
  const tenth = ((((at(0) + at(2) + at(4) + at(6) + at(8)) * 7 - (at(1) + at(3) + at(5) + at(7))) % 10) + 10) % 10;
  const sum = [...body].reduce((all, digit) => all + Number(digit), tenth);
  return `${body}${tenth}${sum % 10}`;
}
function nhs(g: Source): string {
  for (;;) {
    const body = g.digits(9);
    const rest = 11 - ([...body].reduce((sum, digit, index) => sum + Number(digit) * (10 - index), 0) % 11);
    if (rest === 10) continue;
    const full = `${body}${rest === 11 ? 0 : rest}`;
    return `${full.slice(0, 3)} ${full.slice(3, 6)} ${full.slice(6)}`;
  }
}
const national = (g: Source): { label: string; id: string } => {
  const [label, make] = g.pick(NATIONAL);
  return { label, id: mark('NATIONAL_ID', make(g)) };
};
const birth = (g: Source): string =>
  mark(
    'DATE_OF_BIRTH',
    g.pick([
      `${g.pad(1, 28, 2)}-${g.pad(1, 12, 2)}-${g.int(1945, 2004)}`,
      `${g.int(1945, 2004)}/${g.pad(1, 12, 2)}/${g.pad(1, 28, 2)}`,
      `${g.int(1, 28)}.${g.int(1, 12)}.${g.int(1945, 2004)}`,
      `${g.pick(['Jan', 'Apr', 'Sep'])} ${g.int(1, 28)}, ${g.int(1945, 2004)}`,
    ]),
  );
const KEYS: ((g: Source) => string)[] = [
  (g) => `AKIA${g.chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
  (g) => `ghp_${g.word(36)}`,
  (g) => `ghs_${g.word(36)}`,
  (g) => `xoxb-${g.digits(12)}-${g.digits(12)}-${g.word(24)}`,
  (g) => `sk-proj-${g.word(48)}`,
  (g) => `SG.${g.word(22)}.${g.word(43)}`,
  (g) => `npm_${g.word(36)}`,
  (g) => `sk_live_${g.word(24)}`,
  (g) => `AIza${g.word(35)}`,
  (g) => `EAAC${g.word(120)}`,
  (g) => `key-${g.hex(32)}`,
  (g) => `hf_${g.word(34)}`,
  (g) => `r8_${g.word(37)}`,
  (g) => `pplx-${g.hex(48)}`,
  (g) => `sk-or-v1-${g.hex(64)}`,
  (g) => `xai-${g.word(80)}`,
  (g) => `secret_${g.word(43)}`,
  (g) => `atlasv1.${g.word(60)}`.replace('atlasv1.', `${g.word(14)}.atlasv1.`),
  (g) => `PMAK-${g.hex(24)}-${g.hex(34)}`,
  (g) => `dop_v1_${g.hex(64)}`,
  (g) => `EZAK${g.hex(54)}`,
  (g) => `sgp_${g.hex(40)}`,
  (g) => `cfut_${g.word(40)}`,
  (g) => `nfp_${g.word(36)}`,
  (g) => `phx_${g.word(43)}`,
  (g) =>
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: g.digits(6), iat: 1_700_000_000 })).toString('base64url')}.${g.word(43)}`,
];
const key = (g: Source): string => mark('API_KEY', g.pick(KEYS)(g));
const opaque = (g: Source): string => mark('API_KEY', g.pick([g.hex(40), g.word(32), `${g.word(20)}-${g.word(20)}`, `${g.word(42)}==`]));
const password = (g: Source): string =>
  mark(
    'PASSWORD',
    g.pick([
      `${g.pick(['Kestrel', 'Winter', 'tulip', 'Granite'])}-${g.digits(4)}${g.pick(['!', '?', '%'])}`,
      `${g.word(4)}&${g.word(5)}*`,
      `${g.pick(['correct', 'purple'])}-${g.pick(['horse', 'anvil'])}-${g.pick(['battery', 'monsoon'])}-${g.digits(2)}`,
      g.word(14),
    ]),
  );
const dsn = (g: Source): string => {
  const secret = g.word(g.int(9, 16));
  return mark(
    'DB_CONNECTION',
    g.pick([
      `postgres://app_rw:${secret}@db-2.internal:6432/orders?sslmode=verify-full`,
      `mysql://wp:${secret}@10.3.0.8/wordpress`,
      `mongodb+srv://svc:${secret}@cluster7.abcde.mongodb.net/prod`,
      `redis://:${secret}@cache.internal:6379/2`,
      `mssql://sa:${secret}@sql01:1433/erp`,
      `clickhouse://default:${secret}@ch-1:9000/metrics`,
      `Host=pg;Port=5432;Username=app;Password=${secret};Database=crm`,
      `amqps://mq:${secret}@rabbit.internal/vh`,
    ]),
  );
};
const card = (g: Source): string => {
  const body = g.pick(['4000', '5105', '2221', '4917']) + g.digits(11);
  const bare = body + luhnDigit(body);
  return mark('CREDIT_CARD', g.pick([bare, bare.replace(/(.{4})(?=.)/g, '$1 '), bare.replace(/(.{4})(?=.)/g, '$1-')]));
};
const iban = (g: Source): string => {
  const [country, body] = g.pick([
    ['NL', `RABO${g.digits(10)}`],
    ['BE', g.digits(12)],
    ['PT', g.digits(21)],
    ['DK', g.digits(14)],
    ['FI', g.digits(14)],
    ['HU', g.digits(24)],
    ['RO', `BTRL${g.word(16).toUpperCase()}`],
    ['TR', g.digits(22)],
  ] as const);
  const turned = `${body}${country}00`.replace(/[A-Z]/g, (char) => String(char.charCodeAt(0) - 55));
  const bare = `${country}${String(98n - (BigInt(turned) % 97n)).padStart(2, '0')}${body}`;
  return mark('IBAN', g.pick([bare, bare.replace(/(.{4})(?=.)/g, '$1 ')]));
};
const ssn = (g: Source): string => mark('US_SSN', `${g.pad(101, 665, 3)}-${g.pad(1, 99, 2)}-${g.pad(1, 9999, 4)}`);
const pem = (g: Source): string => {
  const kind = g.pick(['RSA ', '', 'EC ', 'OPENSSH ']);
  return mark(
    'PRIVATE_KEY',
    `-----BEGIN ${kind}PRIVATE KEY-----\n${Array.from({ length: g.int(4, 9) }, () => g.word(64)).join('\n')}\n-----END ${kind}PRIVATE KEY-----`,
  );
};
const time = (g: Source): string =>
  `2026-${g.pad(1, 12, 2)}-${g.pad(1, 28, 2)} ${g.pad(0, 23, 2)}:${g.pad(0, 59, 2)}:${g.pad(0, 59, 2)},${g.digits(3)}`;
const many = (g: Source, most: number, make: () => string, glue = '\n'): string => Array.from({ length: g.int(2, most) }, make).join(glue);

const HOLDING: Template[] = [
  [
    'w-log-login',
    (g) =>
      many(g, 4, () => `${time(g)} INFO [auth] login ok for ${email(g)} from 10.${g.int(0, 255)}.${g.int(0, 255)}.7 in ${g.int(3, 90)} ms`),
  ],
  [
    'w-log-kv',
    (g) =>
      `level=warn ts=${g.int(1_700_000_000, 1_799_999_999)} msg="payment declined" customer="${name(g)}" phone="${phone(g)}" order=${g.digits(8)}`,
  ],
  [
    'w-log-syslog',
    (g) =>
      `Mar ${g.int(1, 28)} 04:11:${g.pad(0, 59, 2)} mx1 postfix/smtp[${g.digits(5)}]: ${g.hex(10).toUpperCase()}: to=<${email(g)}>, relay=mx.example.net[192.0.2.4]:25, status=sent`,
  ],
  [
    'w-csv-orders',
    (g) =>
      `order_no,placed_at,ship_to_name,ship_to_address,total\n${many(g, 5, () => `SO-${g.digits(7)},${time(g).slice(0, 10)},${name(g)},"${address(g)}",${g.int(5, 900)}.${g.digits(2)}`)}`,
  ],
  [
    'w-csv-de',
    (g) =>
      `Kundennr;Name;Straße;Geburtsdatum;E-Mail\n${many(g, 4, () => {
        const one = who(g);
        return `${g.digits(6)};${person(`${one.family}, ${one.given}`)};${address(g)};${birth(g)};${email(g, one)}`;
      })}`,
  ],
  ['w-csv-pt', (g) => `nome;telemóvel;morada\n${many(g, 4, () => `${name(g)};${phone(g)};${address(g)}`)}`],
  [
    'w-csv-nl',
    (g) =>
      `voornaam,achternaam,telefoonnummer,IBAN\n${many(g, 4, () => {
        const one = who(g);
        return `${person(one.given)},${person(one.family)},${phone(g)},${iban(g)}`;
      })}`,
  ],
  [
    'w-vcard',
    (g) => {
      const one = who(g);
      return `BEGIN:VCARD\r\nVERSION:4.0\r\nN:${person(one.family)};${person(one.given)};;;\r\nTEL;VALUE=uri;TYPE=work:tel:${phone(g)}\r\nEMAIL;PREF=1:${email(g, one)}\r\nBDAY:${birth(g)}\r\nEND:VCARD\r\n`;
    },
  ],
  ['w-yaml-people', (g) => `team:\n${many(g, 4, () => `  - name: ${name(g)}\n    mobile: '${phone(g)}'\n    mail: ${email(g)}`)}\n`],
  [
    'w-helm',
    (g) =>
      `global:\n  postgresql:\n    auth:\n      username: app\n      postgresPassword: ${password(g)}\nsmtp:\n  host: smtp.internal\n  apiKey: "${key(g)}"\n`,
  ],
  [
    'w-k8s-env',
    (g) =>
      `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: registry.internal/api:3.14.1\n          env:\n            - name: DATABASE_URL\n              value: ${dsn(g)}\n            - name: SENDGRID_API_KEY\n              value: ${key(g)}\n`,
  ],
  [
    'w-trace-java',
    (g) =>
      `java.lang.IllegalStateException: no account for ${email(g)}\n\tat com.acme.billing.AccountService.find(AccountService.java:${g.int(10, 400)})\n\tat com.acme.web.Handler.handle(Handler.java:88)\nCaused by: java.sql.SQLException: could not connect to ${dsn(g)}\n`,
  ],
  [
    'w-trace-py',
    (g) =>
      `Traceback (most recent call last):\n  File "/srv/app/mail.py", line ${g.int(10, 300)}, in send\n    client = Client(api_key="${key(g)}")\nValueError: bad recipient ${email(g)}\n`,
  ],
  [
    'w-diff',
    (g) =>
      `diff --git a/config.yml b/config.yml\nindex ${g.hex(7)}..${g.hex(7)} 100644\n--- a/config.yml\n+++ b/config.yml\n@@ -3,4 +3,4 @@\n-  password: ${password(g)}\n+  password: ${password(g)}\n   port: 5432\n`,
  ],
  ['w-diff-env', (g) => `@@ -1,3 +1,3 @@\n APP_ENV=staging\n-STRIPE_SECRET=${key(g)}\n+STRIPE_SECRET=\${STRIPE_SECRET}\n`],
  [
    'w-dump',
    (g) =>
      `COPY public.users (id, email, full_name, phone, created_at) FROM stdin;\n${many(g, 4, () => {
        const one = who(g);
        return `${g.int(1, 999)}\t${email(g, one)}\t${person(one.full)}\t${phone(g)}\t${time(g).slice(0, 19)}`;
      })}\n\\.\n`,
  ],
  [
    'w-dump-insert',
    (g) =>
      `INSERT INTO \`patients\` VALUES ${many(g, 3, () => `(${g.int(1, 99)},'${person(who(g).full)}','${birth(g)}','${ssn(g)}',NULL)`, ',')};`,
  ],
  [
    'w-chat',
    (g) => {
      const [one, two] = [who(g), who(g)];
      return `[09:12] ${person(one.full)}: can you call me at ${phone(g)}?\n[09:13] ${person(two.full)}: sure, or mail ${email(g, two)}\n[09:15] ${person(one.full)}: thanks!`;
    },
  ],
  ['w-chat-irc', (g) => `<ops> who has the staging login\n<dev> admin / ${password(g)}\n<ops> thx`],
  [
    'w-chat-json',
    (g) => {
      const one = who(g);
      return {
        channel: 'C03',
        messages: [
          {
            user: 'U1',
            profile: { real_name: person(one.full), email: email(g, one) },
            text: 'shipping now',
            ts: `${g.digits(10)}.${g.digits(6)}`,
          },
        ],
      };
    },
  ],
  [
    'w-invoice',
    (g) =>
      `INVOICE ${g.digits(6)}\nBill to:\n${name(g)}\n${address(g)}\n\nPos  Item            Qty   Price\n1    Consulting       8   120.00\n\nTotal 960.00 EUR\nPlease pay to IBAN ${iban(g)} within 14 days.`,
  ],
  [
    'w-invoice-de',
    (g) =>
      `Rechnung Nr. ${g.digits(8)}\nRechnungsempfänger: ${name(g)}\nAnschrift: ${address(g)}\nBankverbindung: ${iban(g)}\nUSt-IdNr. fehlt`,
  ],
  [
    'w-jsonapi',
    (g) => {
      const one = who(g);
      return {
        data: [
          {
            type: 'people',
            id: g.digits(5),
            attributes: { 'first-name': person(one.given), 'last-name': person(one.family), 'home-phone': phone(g), email: email(g, one) },
            links: { self: `/people/${g.digits(5)}` },
          },
        ],
        meta: { total: 1 },
      };
    },
  ],
  [
    'w-har',
    (g) => ({
      log: {
        version: '1.2',
        entries: [
          {
            request: {
              method: 'POST',
              url: 'https://api.internal/v1/pay',
              headers: [
                { name: 'Authorization', value: `Bearer ${key(g)}` },
                { name: 'Accept', value: '*/*' },
                { name: 'X-Request-Id', value: g.uuid() },
              ],
              postData: { mimeType: 'application/json', text: JSON.stringify({ card: card(g), name: name(g) }) },
            },
            response: { status: 201 },
          },
        ],
      },
    }),
  ],
  [
    'w-terraform',
    (g) =>
      `provider "datadog" {\n  api_key = "${opaque(g)}"\n}\n\nresource "random_id" "x" { byte_length = 8 }\n\nresource "postgresql_role" "app" {\n  login    = true\n  password = "${password(g)}"\n}\n`,
  ],
  [
    'w-tfstate',
    (g) => ({
      version: 4,
      serial: g.int(1, 99),
      lineage: g.uuid(),
      resources: [
        {
          type: 'aws_iam_access_key',
          instances: [
            {
              attributes: {
                id: mark('API_KEY', `AKIA${g.chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`),
                secret: opaque(g),
                status: 'Active',
              },
            },
          ],
        },
      ],
    }),
  ],
  [
    'w-env',
    (g) =>
      `export REDIS_URL=${dsn(g)}\nexport GH_TOKEN='${key(g)}'\nADMIN_PASS="${password(g)}"\nSESSION_SECRET=${opaque(g)}\nLOG_LEVEL=info\nPORT=3000`,
  ],
  ['w-env-windows', (g) => `set DB_PWD=${password(g)}\r\nset API_TOKEN=${key(g)}\r\nset PATH=C:\\bin\r\n`],
  ['w-docker', (g) => `docker run -d -e POSTGRES_PASSWORD=${password(g)} -e TZ=UTC -p 5432:5432 postgres:17`],
  [
    'w-compose',
    (g) =>
      `services:\n  db:\n    image: mysql:8\n    environment:\n      MYSQL_ROOT_PASSWORD: ${password(g)}\n      MYSQL_DATABASE: shop\n`,
  ],
  [
    'w-ci',
    (g) =>
      `jobs:\n  deploy:\n    env:\n      NPM_TOKEN: ${key(g)}\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm publish\n`,
  ],
  [
    'w-http',
    (g) =>
      `POST /v2/charge HTTP/1.1\r\nHost: pay.internal\r\nAuthorization: Basic ${mark('PASSWORD', Buffer.from(`svc:${g.word(12)}`).toString('base64'))}\r\nContent-Type: application/json\r\n\r\n{"pan":"${card(g)}"}`,
  ],
  ['w-http-key', (g) => `GET /items HTTP/2\nhost: api.internal\nx-api-key: ${opaque(g)}\nuser-agent: curl/8.5.0\n`],
  [
    'w-form',
    (g) => `Patient: ${name(g)}\nDOB: ${birth(g)}\nSSN: ${ssn(g)}\nPhone: ${phone(g)}\nEmergency contact: ${name(g)}, ${phone(g)}`,
  ],
  ['w-form-nl', (g) => `Naam: ${name(g)}\nAdres: ${address(g)}\nTelefoon: ${phone(g)}\nGeboortedatum: ${birth(g)}`],
  ['w-form-tr', (g) => `Ad Soyad: ${name(g)}\nTelefon: ${phone(g)}\nAdres: ${address(g)}\nDoğum tarihi: ${birth(g)}`],
  ['w-form-it', (g) => `Nome e cognome: ${name(g)}\nIndirizzo: ${address(g)}\nCellulare: ${phone(g)}\nData di nascita: ${birth(g)}`],
  ['w-form-pt', (g) => `Nome completo: ${name(g)}\nEndereço: ${address(g)}\nTelefone: ${phone(g)}\nData de nascimento: ${birth(g)}`],
  [
    'w-national',
    (g) => {
      const { label, id } = national(g);
      return `Applicant ${name(g)}\n${label}: ${id}\nOutcome: pending`;
    },
  ],
  [
    'w-national-json',
    (g) => {
      const { label, id } = national(g);
      return { person: { [label]: id, country: 'n/a' }, ok: true };
    },
  ],
  [
    'w-national-csv',
    (g) => {
      const [label, make] = g.pick(NATIONAL);
      return `ref,${label},state\n${many(g, 4, () => `${g.digits(3)},${mark('NATIONAL_ID', make(g))},ok`)}`;
    },
  ],
  [
    'w-mail',
    (g) => {
      const [one, two] = [who(g), who(g)];
      return `From: ${person(one.full)} <${email(g, one)}>\nTo: ${person(two.full)} <${email(g, two)}>\nSubject: your booking\n\nHi ${person(two.given)},\n\nmy new number is ${phone(g)}.\n\nBest,\n${person(one.given)}\n`;
    },
  ],
  [
    'w-letter',
    (g) => `${name(g)}\n${address(g)}\n\nDear Sir or Madam,\n\nI would like to cancel my contract.\n\nYours faithfully,\n${name(g)}`,
  ],
  [
    'w-prose',
    (g) =>
      g.pick([
        `The claimant, ${name(g)}, lives at ${address(g)} and can be reached on ${phone(g)}.`,
        `Please ship it to ${name(g)}, ${address(g)}.`,
        `I spoke to ${name(g)} yesterday; her e-mail is ${email(g)}.`,
        `Ms. ${person(who(g).family)} will join at noon.`,
        `Witness: ${name(g)} (born ${birth(g)}).`,
        `The account holder is ${name(g)}, card ${card(g)}.`,
      ]),
  ],
  [
    'w-prose-other',
    (g) =>
      g.pick([
        `De heer ${person(who(g).family)} woont op ${address(g)}.`,
        `O cliente ${name(g)} pediu para ligar para ${phone(g)}.`,
        `Il signor ${person(who(g).family)} ha chiamato dal numero ${phone(g)}.`,
        `Mein Name ist ${name(g)}, erreichbar unter ${phone(g)}.`,
        `Le client ${name(g)} habite ${address(g)}.`,
        `La señora ${person(who(g).family)} pagó con la tarjeta ${card(g)}.`,
      ]),
  ],
  [
    'w-crm',
    (g) => {
      const one = who(g);
      return {
        Contact: {
          FirstName: person(one.given),
          LastName: person(one.family),
          MobilePhone: phone(g),
          MailingStreet: mark('ADDRESS', `${g.int(10, 999)} Juniper Street`),
          MailingCity: 'Salem',
          Email: email(g, one),
          LeadSource: 'Web',
        },
      };
    },
  ],
  [
    'w-hr',
    (g) => {
      const one = who(g);
      return {
        employees: [
          {
            emp_no: g.digits(5),
            legalName: person(one.full),
            ssn: ssn(g),
            hireDate: '2024-02-01',
            birthdate: birth(g),
            directDeposit: { iban: iban(g) },
          },
        ],
      };
    },
  ],
  [
    'w-shop',
    (g) => {
      const one = who(g);
      return {
        order: {
          id: g.digits(9),
          buyer: { name: person(one.full), tel: phone(g) },
          shippingAddress: { recipient: person(one.full), line1: mark('ADDRESS', `${g.int(10, 999)} Whitmore Avenue`), city: 'Dayton' },
          lines: [{ sku: 'AB-1204', qty: 2 }],
        },
      };
    },
  ],
  [
    'w-table',
    (g) =>
      `+----+----------------------+---------------------+\n| id | customer             | contact             |\n+----+----------------------+---------------------+\n${many(g, 3, () => `| ${g.int(1, 9)} | ${name(g)} | ${email(g)} |`)}\n`,
  ],
  ['w-html', (g) => `<ul><li><b>Guest:</b> ${name(g)}</li><li><b>Tel.:</b> ${phone(g)}</li><li><b>Room:</b> 214</li></ul>`],
  [
    'w-ics',
    (g) => {
      const one = who(g);
      return `BEGIN:VEVENT\nDTSTART:20260301T090000Z\nORGANIZER;CN=${person(one.full)}:mailto:${email(g, one)}\nATTENDEE;CN=${name(g)};RSVP=TRUE:mailto:${email(g)}\nSUMMARY:Check-up\nEND:VEVENT`;
    },
  ],
  ['w-key-file', (g) => `-- /etc/ssl/private/app.key --\n${pem(g)}\n-- end --`],
  [
    'w-json-key',
    (g) => ({
      type: 'service_account',
      project_id: 'acme-1',
      private_key_id: g.hex(40),
      private_key: pem(g),
      client_email: mark('EMAIL', 'svc@acme-1.iam.gserviceaccount.com'),
    }),
  ],
  [
    'w-shell',
    (g) =>
      g.pick([
        `PGPASSWORD=${password(g)} psql -h db -U app`,
        `vault login token=${mark('API_KEY', `hvs.${g.word(40)}`)}`,
        `sshpass -p '${password(g)}' ssh root@10.0.0.2`,
        `aws configure set aws_secret_access_key ${opaque(g)}`,
        `redis-cli -a ${password(g)} ping`,
        `export AWS_SECRET_ACCESS_KEY=${opaque(g)}`,
      ]),
  ],
  [
    'w-js-config',
    (g) => `module.exports = {\n  port: 8080,\n  jwtSecret: '${opaque(g)}',\n  smtp: { user: 'mailer', pass: '${password(g)}' },\n};\n`,
  ],
  [
    'w-card',
    (g) =>
      g.pick<() => string | object>([
        () => ({ paymentMethod: { type: 'card', number: card(g), cvc: '***' } }),
        () => `Card on file: ${card(g)} (exp 09/29)`,
        () => `card_holder,card_no\n${name(g)},${card(g)}`,
      ])(),
  ],
];

const word = (g: Source): string => g.pick(['alpha', 'orchid', 'falcon', 'ledger', 'harbor', 'pixel', 'quartz', 'summit']);
const CLEAN: Template[] = [
  [
    'wn-http-log',
    (g) =>
      many(
        g,
        5,
        () =>
          `10.0.${g.int(0, 255)}.${g.int(0, 255)} - - [0${g.int(1, 9)}/Mar/2026:10:12:${g.pad(0, 59, 2)} +0000] "GET /assets/app.${g.hex(8)}.js HTTP/1.1" 200 ${g.int(100, 99999)} "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0.6367.91"`,
      ),
  ],
  [
    'wn-json-log',
    (g) =>
      many(g, 4, () =>
        JSON.stringify({
          time: time(g),
          level: 'info',
          logger: 'com.acme.order.OrderService',
          traceId: g.hex(32),
          spanId: g.hex(16),
          msg: `order ${g.digits(10)} moved to PACKED`,
          durationMs: g.int(1, 900),
        }),
      ),
  ],
  [
    'wn-gc-log',
    (g) =>
      `[${g.int(1, 99)}.${g.digits(3)}s][info][gc] GC(${g.int(1, 99)}) Pause Young (Normal) (G1 Evacuation Pause) ${g.int(100, 900)}M->${g.int(10, 99)}M(1024M) ${g.int(1, 9)}.${g.digits(3)}ms`,
  ],
  [
    'wn-kernel',
    (g) =>
      `[ ${g.digits(5)}.${g.digits(6)}] usb 1-4: New USB device found, idVendor=046d, idProduct=c52b, bcdDevice=12.11\n[ ${g.digits(5)}.${g.digits(6)}] pci 0000:00:1f.2: [8086:a102] type 00`,
  ],
  [
    'wn-csv-sensor',
    (g) =>
      `timestamp,device,temp_c,humidity,serial\n${many(g, 5, () => `${g.int(1_700_000_000, 1_799_999_999)},dev-${g.hex(6)},${g.int(10, 40)}.${g.digits(2)},${g.int(20, 90)},SN${g.digits(10)}`)}`,
  ],
  [
    'wn-csv-stock',
    (g) =>
      `sku,ean,description,warehouse,qty\n${many(g, 5, () => `${g.chars('ABCDEFG', 2)}-${g.digits(5)},${g.digits(13)},${g.pick(['Oak table', 'Steel bracket', 'Linen curtain', 'Garden hose'])},${g.pick(['Rotterdam', 'Lyon', 'Gdańsk'])},${g.int(0, 900)}`)}`,
  ],
  [
    'wn-csv-ledger',
    (g) =>
      `entry,account,cost_center,debit,credit\n${many(g, 5, () => `${g.digits(6)},${g.int(1000, 8999)} ${g.pick(['Rent', 'Travel', 'Revenue', 'Depreciation'])},CC-${g.digits(4)},${g.int(1, 9999)}.00,0.00`)}`,
  ],
  [
    'wn-csv-flight',
    (g) =>
      `flight,from,to,aircraft,dep\n${many(g, 4, () => `LH${g.int(100, 2999)},FRA,${g.pick(['JFK', 'NRT', 'GRU'])},A350-900,${g.pad(0, 23, 2)}:${g.pad(0, 59, 2)}`)}`,
  ],
  ['wn-csv-team', () => 'team,played,won,drawn,lost\nManchester United,12,7,3,2\nReal Sociedad,12,6,2,4\nBorussia Dortmund,12,8,1,3'],
  [
    'wn-csv-city',
    () =>
      'city,country,population\nSan Antonio,USA,1434625\nSaint Petersburg,Russia,5384342\nGeorge Town,Malaysia,708127\nSantiago,Chile,6310000',
  ],
  ['wn-vcard-org', () => 'BEGIN:VCARD\nVERSION:3.0\nORG:Northwind Logistics GmbH\nURL:https://northwind.example\nEND:VCARD'],
  [
    'wn-ics',
    (g) =>
      `BEGIN:VCALENDAR\nPRODID:-//Acme//Cal 4.2//EN\nBEGIN:VEVENT\nUID:${g.uuid()}@acme\nDTSTAMP:20260214T081500Z\nRRULE:FREQ=WEEKLY;BYDAY=MO\nSUMMARY:Sprint planning\nLOCATION:Room Everest\nEND:VEVENT\nEND:VCALENDAR`,
  ],
  [
    'wn-yaml-openapi',
    () =>
      "openapi: 3.1.0\npaths:\n  /users/{id}:\n    get:\n      parameters:\n        - name: phone\n          in: query\n          schema: {type: string}\n      responses:\n        '200': {description: The user with name and e-mail}\n",
  ],
  [
    'wn-yaml-k8s',
    (g) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-${g.hex(10)}-${g.hex(5)}\n  uid: ${g.uuid()}\n  resourceVersion: "${g.digits(9)}"\n  labels:\n    pod-template-hash: ${g.hex(10)}\nspec:\n  nodeName: ip-10-0-${g.int(1, 255)}-${g.int(1, 255)}.eu-west-1.compute.internal\n  containers:\n    - name: web\n      image: ghcr.io/acme/web@sha256:${g.hex(64)}\n      env:\n        - name: DB_PASSWORD\n          valueFrom: {secretKeyRef: {name: db, key: password}}\n`,
  ],
  [
    'wn-k8s-events',
    (g) =>
      `LAST SEEN   TYPE     REASON      OBJECT                      MESSAGE\n3m          Normal   Scheduled   pod/web-${g.hex(9)}-x2   Successfully assigned default/web to node-${g.int(1, 9)}\n2m          Warning  BackOff     pod/job-${g.digits(8)}-k9   Back-off restarting failed container`,
  ],
  [
    'wn-helm',
    () =>
      'image:\n  repository: acme/api\n  tag: 2.18.4\nauth:\n  existingSecret: api-credentials\n  secretKeys:\n    adminPasswordKey: admin-password\nresources:\n  limits: {cpu: 500m, memory: 512Mi}\n',
  ],
  [
    'wn-compose',
    () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: such files hold placeholders
      'services:\n  web:\n    environment:\n      API_KEY: ${API_KEY:?set it}\n      DB_PASSWORD_FILE: /run/secrets/db_password\n      TOKEN: ${TOKEN}\n    secrets: [db_password]\n',
  ],
  [
    'wn-trace',
    (g) =>
      `panic: runtime error: index out of range [${g.int(3, 9)}] with length 3\n\ngoroutine ${g.int(1, 99)} [running]:\nmain.(*Server).handle(0xc000${g.hex(6)}, {0x7f${g.hex(10)}, 0x10})\n\t/go/src/acme/server.go:${g.int(10, 400)} +0x1d4\nexit status 2`,
  ],
  [
    'wn-trace-net',
    () =>
      'System.NullReferenceException: Object reference not set to an instance of an object.\n   at Acme.Orders.Domain.OrderService.GetByCustomerName(String name) in /src/OrderService.cs:line 211\n   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute()',
  ],
  [
    'wn-trace-js',
    (g) =>
      `TypeError: Cannot read properties of undefined (reading 'email')\n    at UserCard (webpack-internal:///./src/components/UserCard.tsx:${g.int(10, 99)}:17)\n    at renderWithHooks (react-dom.development.js:${g.int(10000, 20000)}:18)`,
  ],
  [
    'wn-diff',
    (g) =>
      `diff --git a/src/user.ts b/src/user.ts\nindex ${g.hex(7)}..${g.hex(7)} 100644\n@@ -12,7 +12,7 @@ export class UserService {\n-  private readonly password: string;\n+  readonly #password: string;\n   constructor(private readonly token: TokenStore) {}\n`,
  ],
  [
    'wn-git-log',
    (g) =>
      `commit ${g.hex(40)}\nDate:   Tue Mar 3 10:11:12 2026 +0100\n\n    Fix rounding of totals (#${g.digits(4)})\n\ncommit ${g.hex(40)}\nMerge: ${g.hex(7)} ${g.hex(7)}`,
  ],
  [
    'wn-git-status',
    () =>
      'On branch feature/phone-field\nYour branch is up to date.\n\nChanges not staged for commit:\n\tmodified:   src/address.ts\n\tmodified:   test/name.test.ts',
  ],
  [
    'wn-sql-ddl',
    () =>
      'CREATE TABLE customers (\n  id bigint PRIMARY KEY,\n  full_name text NOT NULL,\n  email varchar(255) UNIQUE,\n  phone char(20),\n  date_of_birth date,\n  password_hash bytea\n);\nCREATE INDEX ON customers (lower(email));',
  ],
  [
    'wn-sql-plan',
    (g) =>
      `Index Scan using orders_pkey on orders  (cost=0.43..8.45 rows=1 width=${g.int(8, 99)}) (actual time=0.0${g.digits(2)}..0.0${g.digits(2)} rows=1 loops=1)\n  Index Cond: (id = ${g.digits(9)})\nPlanning Time: 0.${g.digits(3)} ms`,
  ],
  [
    'wn-sql-rows',
    (g) =>
      `INSERT INTO events (id, kind, created) VALUES\n(${g.digits(8)}, 'page_view', '${time(g).slice(0, 19)}'),\n(${g.digits(8)}, 'click', '${time(g).slice(0, 19)}');`,
  ],
  [
    'wn-chat-bot',
    () =>
      '[10:01] build-bot: pipeline 4471 passed in 6m12s\n[10:02] deploy-bot: released v3.2.0 to staging\n[10:04] alert-bot: CPU above 90% on node-4',
  ],
  ['wn-chat', () => '<maria_dev> anyone seen the flaky test?\n<kurt99> yes, rerun it\n<maria_dev> green now'],
  [
    'wn-invoice',
    (g) =>
      `Pos  Article            Qty  Unit     Total\n1    Widget M8x40        ${g.int(1, 90)}    0.35   12.60\n2    Shipping flat         1    4.90    4.90\nSubtotal 17.50  VAT 19% 3.33  Total 20.83\nInvoice ${g.digits(8)}, order ${g.digits(10)}, due 2026-04-15`,
  ],
  [
    'wn-jsonapi',
    (g) => ({
      data: [
        {
          type: 'articles',
          id: g.digits(6),
          attributes: { title: 'Rain in the north', 'published-at': '2026-02-02T08:00:00Z', slug: `rain-${g.hex(6)}` },
          relationships: { tags: { data: [{ type: 'tags', id: '7' }] } },
        },
      ],
      meta: { total: 1, page: 1 },
    }),
  ],
  [
    'wn-har',
    (g) => ({
      log: {
        creator: { name: 'Firefox', version: '131.0' },
        entries: [
          {
            startedDateTime: '2026-03-01T10:00:00.123Z',
            time: g.int(10, 99),
            request: {
              method: 'GET',
              url: `https://cdn.example.com/v/${g.hex(12)}/logo.svg`,
              httpVersion: 'HTTP/3',
              headers: [
                { name: 'If-None-Match', value: `"${g.hex(32)}"` },
                { name: 'Accept-Language', value: 'en-US,en;q=0.5' },
              ],
            },
            response: { status: 304, headersSize: -1 },
          },
        ],
      },
    }),
  ],
  [
    'wn-tf',
    () =>
      'variable "db_password" {\n  type      = string\n  sensitive = true\n}\n\nresource "aws_secretsmanager_secret" "db" {\n  name = "prod/db/password"\n}\n\noutput "token" { value = var.token }\n',
  ],
  [
    'wn-tfplan',
    (g) =>
      `Plan: ${g.int(1, 9)} to add, 0 to change, 2 to destroy.\n  + resource "aws_subnet" "a" {\n      + id         = (known after apply)\n      + vpc_id     = "vpc-0${g.hex(16)}"\n      + cidr_block = "10.1.0.0/24"\n    }`,
  ],
  [
    'wn-env',
    () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: such files hold placeholders
      'NODE_ENV=production\nAPI_KEY=\nSECRET_KEY=changeme\nDB_PASSWORD=<your password here>\nTOKEN=${CI_JOB_TOKEN}\nSTRIPE_KEY=sk_test_xxx\nPUBLIC_URL=https://app.example.com',
  ],
  [
    'wn-env-flags',
    (g) =>
      `FEATURE_PASSWORD_RESET=true\nTOKEN_TTL_SECONDS=3600\nSECRET_ROTATION_DAYS=90\nKEY_PREFIX=app:${word(g)}\nAUTH_PROVIDER=oidc\nSESSION_COOKIE_NAME=sid\nMAX_PASSWORD_LENGTH=128`,
  ],
  [
    'wn-lock',
    (g) =>
      `lodash@^4.17.21:\n  version "4.17.21"\n  resolved "https://registry.example/lodash/-/lodash-4.17.21.tgz#${g.hex(40)}"\n  integrity sha512-${g.word(86)}==`,
  ],
  [
    'wn-cargo',
    (g) =>
      `[[package]]\nname = "serde"\nversion = "1.0.${g.int(100, 220)}"\nsource = "registry+https://registry.example/index"\nchecksum = "${g.hex(64)}"`,
  ],
  [
    'wn-sbom',
    (g) => ({
      bomFormat: 'CycloneDX',
      serialNumber: `urn:uuid:${g.uuid()}`,
      components: [
        { name: 'openssl', version: '3.0.13', purl: 'pkg:deb/debian/openssl@3.0.13', hashes: [{ alg: 'SHA-256', content: g.hex(64) }] },
      ],
    }),
  ],
  [
    'wn-docker-ps',
    (g) =>
      `CONTAINER ID   IMAGE         COMMAND                  STATUS       PORTS                    NAMES\n${g.hex(12)}   postgres:17   "docker-entrypoint.s…"   Up 3 hours   0.0.0.0:5432->5432/tcp   ${g.pick(['quirky_hopper', 'eager_lovelace', 'zen_turing'])}`,
  ],
  [
    'wn-ls',
    (g) =>
      `total 48\n-rw-r--r-- 1 deploy deploy  ${g.digits(5)} Mar  3 10:11 password_policy.md\ndrwxr-xr-x 2 deploy deploy   4096 Mar  3 10:11 api_keys\n-rw------- 1 deploy deploy   1675 Feb 14 08:00 server.crt`,
  ],
  [
    'wn-top',
    (g) =>
      `  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n ${g.digits(4)} postgres  20   0  ${g.digits(7)} ${g.digits(6)} ${g.digits(6)} S   3.3   1.2   4:15.${g.digits(2)} postgres`,
  ],
  [
    'wn-ip',
    (g) =>
      `2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500\n    link/ether 02:42:${g.hex(2)}:${g.hex(2)}:${g.hex(2)}:${g.hex(2)}\n    inet 172.17.0.${g.int(2, 250)}/16\n    inet6 fe80::42:${g.hex(4)}:fe11:2/64`,
  ],
  [
    'wn-cert',
    (g) =>
      `Certificate:\n    Serial Number: ${Array.from({ length: 16 }, () => g.hex(2)).join(':')}\n    Issuer: C=US, O=Let's Encrypt, CN=R11\n    Validity Not After : Jun  1 00:00:00 2026 GMT\n    X509v3 Subject Key Identifier: ${Array.from({ length: 20 }, () => g.hex(2).toUpperCase()).join(':')}`,
  ],
  ['wn-known-hosts', (g) => `git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${g.word(43)}`],
  ['wn-jwks', (g) => ({ keys: [{ kty: 'RSA', kid: g.hex(16), use: 'sig', n: g.word(171), e: 'AQAB' }] })],
  [
    'wn-oidc',
    () => ({
      issuer: 'https://login.example.com',
      token_endpoint: 'https://login.example.com/token',
      scopes_supported: ['openid', 'email', 'phone', 'address'],
      claims_supported: ['name', 'birthdate'],
    }),
  ],
  [
    'wn-oauth-error',
    () => ({
      error: 'invalid_grant',
      error_description: 'The password or token is wrong',
      error_uri: 'https://docs.example.com/errors#token',
    }),
  ],
  [
    'wn-schema',
    () => ({
      type: 'object',
      properties: {
        phone: { type: 'string', pattern: '^\\+?[0-9 ]{7,15}$' },
        ssn: { type: 'string', description: 'Social security number, format 000-00-0000' },
        password: { type: 'string', minLength: 12 },
      },
      required: ['phone'],
    }),
  ],
  [
    'wn-graphql',
    () =>
      'type Customer {\n  id: ID!\n  fullName: String!\n  email: String\n  phone: String\n  address: Address\n}\n\nquery { customer(id: "c_1029") { fullName } }',
  ],
  ['wn-proto', () => 'message Person {\n  string name = 1;\n  int32 id = 2;\n  string email = 3;\n  repeated PhoneNumber phones = 4;\n}'],
  [
    'wn-ts',
    () =>
      'export interface Account { password: string; token?: string; apiKey: string | null }\nconst token = await getToken(user.id);\nconst { password, email } = req.body;\nif (!password) throw new Error("password is required");',
  ],
  [
    'wn-py',
    () =>
      'def login(username: str, password: str) -> Token:\n    user = User.objects.get(email=username)\n    if not check_password(password, user.password):\n        raise AuthError("bad password")\n    return issue_token(user, secret=settings.SECRET_KEY)\n',
  ],
  [
    'wn-java',
    () =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: such files hold placeholders
      '@Value("${app.security.jwt.secret}")\nprivate String jwtSecret;\n\npublic String getPassword() { return this.password; }\nString name = customer.getFirstName() + " " + customer.getLastName();',
  ],
  [
    'wn-go',
    () =>
      'type Config struct {\n\tPassword string `env:"DB_PASSWORD,required"`\n\tToken    string `json:"token,omitempty"`\n}\nsecret := os.Getenv("CLIENT_SECRET")',
  ],
  [
    'wn-ruby',
    () =>
      "config.secret_key_base = ENV.fetch('SECRET_KEY_BASE')\nvalidates :phone, presence: true\npassword = Rails.application.credentials.dig(:db, :password)",
  ],
  [
    'wn-i18n',
    () => ({
      'login.password': 'Password',
      'login.forgot': 'Forgot your password?',
      'form.name': 'Full name',
      'form.phone': 'Phone number',
      'form.address': 'Street and house number',
      'form.dob': 'Date of birth',
    }),
  ],
  [
    'wn-i18n-de',
    () => ({
      'login.password': 'Passwort',
      'login.forgot': 'Passwort vergessen?',
      'form.name': 'Vor- und Nachname',
      'form.phone': 'Telefonnummer',
      'form.address': 'Straße und Hausnummer',
    }),
  ],
  [
    'wn-form-empty',
    () =>
      'Name: ______________________\nAddress: ___________________\nPhone: (___) ___-____\nSSN: ___-__-____\nSignature: _________________',
  ],
  [
    'wn-form-none',
    () => ({
      name: null,
      email: 'n/a',
      phone: '-',
      address: 'unknown',
      password: '********',
      ssn: 'XXX-XX-XXXX',
      card: '4242********4242',
    }),
  ],
  [
    'wn-product',
    (g) => ({
      products: [
        {
          id: g.digits(8),
          name: g.pick(['Nordic Lamp', 'Trail Runner 4', 'Aurora Blender', 'Hudson Jacket']),
          brand: 'Kestrel',
          gtin: g.digits(14),
          price: { amount: 12900, currency: 'SEK' },
        },
      ],
    }),
  ],
  [
    'wn-book',
    () => ({
      books: [
        { title: 'Pride and Prejudice', isbn: '978-0-14-143951-8', pages: 480 },
        { title: 'Moby Dick', isbn13: '9780142437247' },
      ],
    }),
  ],
  ['wn-music', () => 'Tracklist\n1. Blue Rondo 6:44\n2. Strange Meadow Lark 7:22\n3. Kathy Waltz 4:48'],
  [
    'wn-recipe',
    () => 'Ingredients: 250 g flour, 2 eggs, 120 ml milk. Bake at 180 degrees for 35-40 minutes. Serves 4. Rating 4.7 (2,413 votes).',
  ],
  [
    'wn-science',
    (g) =>
      `Sample ${g.digits(4)}: pH 7.41, Na 138 mmol/L, K 4.1. NCT0${g.digits(7)}, doi:10.1038/s41586-024-${g.digits(5)}-x, PMID ${g.digits(8)}`,
  ],
  ['wn-gene', (g) => `chr7:${g.digits(8)}-${g.digits(8)} BRAF c.1799T>A p.Val600Glu rs113488022 ENST00000${g.digits(6)}`],
  ['wn-chem', () => 'CAS 7732-18-5, CAS 64-17-5, UN 1170, EC 200-578-6; H225, P210; M = 46.069 g/mol'],
  ['wn-track', (g) => `Shipment 1Z${g.word(16).toUpperCase()} left Leipzig, tracking RR${g.digits(9)}DE, AWB 020-${g.digits(8)}`],
  [
    'wn-ids',
    (g) => ({
      order_id: g.digits(10),
      invoice: `INV-2026-${g.digits(6)}`,
      ticket: `ZD-${g.digits(7)}`,
      ulid: `01J${g.chars('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 23)}`,
      nanoid: g.word(21),
      mongo: g.hex(24),
      etag: `W/"${g.hex(20)}"`,
      cursor: Buffer.from(`id:${g.digits(8)}`).toString('base64'),
    }),
  ],
  [
    'wn-ids-name',
    (g) => ({
      customer_id: g.digits(9),
      account_id: g.digits(12),
      session: g.digits(4),
      phone_model: 'SM-S921B',
      address_id: g.digits(7),
      card_id: `card_${g.word(24)}`,
      name_id: g.digits(6),
      user_key: 'jdoe',
    }),
  ],
  ['wn-versions', () => 'node 24.1.0, npm 11.3.0, openssl 3.0.15+quic, kernel 6.8.0-45-generic, chrome 124.0.6367.91, build 20260214.3'],
  [
    'wn-times',
    (g) =>
      `started ${g.int(1_700_000_000, 1_799_999_999)}, ended ${g.int(1_700_000_000_000, 1_799_999_999_999)}, 2026-W09-3, 20260301T101112Z, 10:11:12.345678, P3DT4H`,
  ],
  ['wn-coords', (g) => `48.8566, 2.3522; -33.${g.digits(6)}, 151.${g.digits(6)}; UTM 32U 461344 5481745; geohash u09tvw0`],
  ['wn-money', () => 'Q1 revenue 1,204,500.00 EUR, Q2 1,310,220.50; EBITDA margin 21.4 %; shares 12 345 678; ratio 0.7312'],
  [
    'wn-metrics',
    (g) =>
      `# HELP http_requests_total Requests\n# TYPE http_requests_total counter\nhttp_requests_total{method="get",code="200"} ${g.digits(7)}\nprocess_start_time_seconds 1.7${g.digits(8)}e+09`,
  ],
  [
    'wn-nginx',
    () =>
      'server {\n  listen 443 ssl;\n  server_name app.example.com;\n  ssl_certificate_key /etc/ssl/private/app.key;\n  auth_basic_user_file /etc/nginx/.htpasswd;\n  location /token { proxy_pass http://10.0.0.5:8080; }\n}',
  ],
  [
    'wn-prose-tech',
    () =>
      'Rotate the password every ninety days. The token is kept in the vault, and the key never leaves the device. Ask Support for a new secret if it was lost.',
  ],
  [
    'wn-prose-places',
    () =>
      'The route leads from Fort William to Glen Nevis, past Ben Nevis, and ends at Loch Leven. Stay in the Lochy Valley Hotel. Victoria Station and King George Square are near.',
  ],
  [
    'wn-prose-history',
    () =>
      'The Treaty of Westphalia ended the war in 1648. The Battle of Hastings was in 1066. Stanford University and the Rockefeller Foundation paid for the study.',
  ],
  [
    'wn-prose-law',
    () =>
      'Section 12(3) of the Data Protection Act 2018 applies. See case 23-1145, paragraph 4.2. Article 6(1)(f) GDPR; Directive 2016/680.',
  ],
  [
    'wn-prose-de',
    () =>
      'Die Hauptversammlung findet am 12. Mai um 10 Uhr im Kongresszentrum statt. Die Rechnungsnummer steht auf Seite 2. Das Kennwort darf nicht weitergegeben werden.',
  ],
  [
    'wn-prose-fr',
    () => 'Le mot de passe doit contenir douze caractères. La gare de Lyon est ouverte. Le numéro de commande figure en haut de la page.',
  ],
  [
    'wn-prose-es',
    () => 'La contraseña caduca cada noventa días. El número de pedido aparece en la factura. San Sebastián y Santa Cruz son ciudades.',
  ],
  [
    'wn-org',
    () =>
      'Partners: Baker McKenzie LLP, Johnson Controls, Wells Fargo Bank, Morgan Stanley, Ernst & Young, Goldman Sachs, Warner Bros, Dr. Oetker KG.',
  ],
  [
    'wn-headings',
    () =>
      '# Release Notes\n\n## Known Issues\n\n### Data Retention\n\n- Blue Green Deployment\n- Canary Analysis\n- Service Mesh\n\nAuthor Guidelines · Code Owners · Quick Start',
  ],
  [
    'wn-roles',
    () => ({
      roles: [
        { name: 'Billing Admin', members: 4 },
        { name: 'Read Only', members: 12 },
      ],
      groups: [{ displayName: 'Platform Team' }],
      owner: 'data-platform',
      assignee: 'unassigned',
    }),
  ],
  [
    'wn-menu',
    () => ({
      items: [
        { name: 'Caesar Salad', price: 9.5 },
        { name: 'Margherita', price: 8 },
        { name: 'Crème Brûlée', price: 6 },
      ],
      restaurant: { name: 'La Paloma', phone: null },
    }),
  ],
  [
    'wn-colors',
    (g) => ({
      palette: { primary: `#${g.hex(6)}`, text: 'rgb(12 34 56)' },
      fonts: ['Helvetica Neue', 'Times New Roman'],
      spacing: [4, 8, 16],
    }),
  ],
  [
    'wn-tests',
    (g) =>
      `PASS  test/user.test.ts (${g.int(1, 9)}.${g.digits(3)} s)\n  ✓ hashes the password (${g.int(1, 99)} ms)\n  ✓ rejects an expired token\nTests: 12 passed, 12 total\nSeed: ${g.digits(9)}`,
  ],
  [
    'wn-coverage',
    () =>
      'File           | % Stmts | % Branch | Lines\n---------------|---------|----------|------\n address.ts    |   98.21 |    91.3  | 44-47\n phone.ts      |     100 |     100  |',
  ],
  [
    'wn-regex',
    () => 'EMAIL = /^[^@\\s]+@[^@\\s]+$/\nPHONE = /\\d{3}-\\d{4}/\nCARD = "4[0-9]{12}(?:[0-9]{3})?"\nSSN = "\\\\d{3}-\\\\d{2}-\\\\d{4}"',
  ],
  [
    'wn-docs-key',
    () =>
      'Pass your key in the header: `Authorization: Bearer <token>`. Example: `curl -H "X-Api-Key: YOUR_API_KEY" https://api.example.com`. Keys start with `sk_live_`.',
  ],
  ['wn-docs-dsn', () => 'Connection strings look like `postgres://user:password@host:5432/db` or `mysql://<user>:<password>@<host>/<db>`.'],
  [
    'wn-man',
    () =>
      '  -p, --password PASS   password to use (default: prompt)\n  -t, --token FILE      read the token from FILE\n  -u, --user NAME       user name\n  -h, --help            show this help',
  ],
  [
    'wn-ads',
    () => 'Call now! Operators are standing by. Visit our showroom, Monday to Saturday 9-18. Offer 3 for 2 until 31.12.2026. Terms apply.',
  ],
  ['wn-sports', () => 'Final: Real Madrid 3-1 Inter Milan. Attendance 78,011. Next: 14.03.2026 20:45, group 4, seat 12-C.'],
  [
    'wn-chess',
    () =>
      '1. e4 c5 2. Nf3 d6 3. d4 cxd4 4. Nxd4 Nf6 5. Nc3 a6 (Sicilian, Najdorf) Elo 2830, FEN rnbqkb1r/1p2pppp/p2p1n2/8/3NP3/2N5/PPP2PPP/R1BQKB1R',
  ],
  [
    'wn-base64',
    (g) => ({
      thumbnail: `data:image/png;base64,iVBORw0KGgo${g.word(180)}`,
      blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
      sri: `sha384-${g.word(64)}`,
    }),
  ],
  [
    'wn-weather',
    (g) => ({
      station: '10384',
      obs: [{ t: time(g), temp: -3.4, wind: '12 kt', qnh: 1013 }],
      name: 'Tempelhof',
      location: { lat: 52.4675, lon: 13.4021 },
    }),
  ],
];

export const WORLD: readonly Template[] = [...HOLDING, ...CLEAN];
