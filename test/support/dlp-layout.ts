// The documents of the DLP variations: where values stand (layouts), how they are hidden (evasions), and what only looks like them (clean).
import { SOURCES, type Source, type Template } from './dlp-variation.ts';

const {
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
} = SOURCES;
const stamp = (g: Source): string => `2026-0${g.int(1, 9)}-${g.pad(1, 28, 2)}T${g.pad(0, 23, 2)}:${g.pad(0, 59, 2)}:${g.pad(0, 59, 2)}Z`;
const rows = (g: Source, count: number, make: () => string): string => Array.from({ length: g.int(2, count) }, make).join('\n');

const LAYOUTS: Template[] = [
  [
    'csv',
    (g) =>
      `customer_id,full_name,email,phone_number,signup\n${rows(g, 6, () => `${g.digits(6)},${name(g)},${email(g)},${phone(g)},2025-0${g.int(1, 9)}-11`)}`,
  ],
  [
    'csv-quoted',
    (g) =>
      `"Id";"Nachname";"Vorname";"Telefon";"Anschrift"\n${rows(g, 5, () => {
        const p = person(g, 'de');
        return `"${g.digits(4)}";"${mark('PERSON', p.family)}";"${mark('PERSON', p.given)}";"${phone(g)}";"${address(g)}"`;
      })}`,
  ],
  ['tsv', (g) => `name\tdepartment\tssn\tdate_of_birth\n${rows(g, 5, () => `${name(g)}\tFinance\t${ssn(g)}\t${birth(g)}`)}`],
  [
    'markdown-table',
    (g) =>
      `# Attendees\n\n| Name | Company | E-mail | Mobile |\n|---|---|:--|--:|\n${rows(g, 5, () => `| ${name(g)} | Acme Ltd | ${email(g)} | ${phone(g)} |`)}\n`,
  ],
  [
    'psql',
    (g) =>
      ` id | customer_name | iban\n----+---------------+------\n${rows(g, 4, () => `  ${g.int(1, 9)} | ${name(g)} | ${iban(g)}`)}\n(3 rows)`,
  ],
  [
    'html-table',
    (g) =>
      `<table><thead><tr><th>Employee</th><th>Phone</th><th>Status</th></tr></thead><tbody>${rows(g, 4, () => `<tr><td>${name(g)}</td><td>${phone(g)}</td><td>active</td></tr>`)}</tbody></table>`,
  ],
  [
    'html-list',
    (g) => `<dl><dt>Passenger</dt><dd>${name(g)}</dd><dt>Home address</dt><dd>${address(g)}</dd><dt>Class</dt><dd>Economy</dd></dl>`,
  ],
  [
    'xml',
    (g) => {
      const p = person(g);
      return `<?xml version="1.0"?><Customer id="${g.digits(5)}"><FirstName>${mark('PERSON', p.given)}</FirstName><LastName>${mark('PERSON', p.family)}</LastName><Contact><Telephone>${phone(g)}</Telephone><EMail>${email(g, p)}</EMail></Contact></Customer>`;
    },
  ],
  [
    'xml-soap-pay',
    (g) =>
      `<ns2:payment><ns2:amount currency="EUR">12.50</ns2:amount><ns2:creditorName>${name(g)}</ns2:creditorName><ns2:creditorAccount><ns2:iban>${iban(g)}</ns2:iban></ns2:creditorAccount></ns2:payment>`,
  ],
  ['yaml-contact', (g) => `contact:\n  name: ${name(g)}\n  phone: "${phone(g)}"\n  email: ${email(g)}\n  notes: likes tea\n`],
  [
    'vcard',
    (g) => {
      const p = person(g);
      return `BEGIN:VCARD\nVERSION:3.0\nFN:${mark('PERSON', p.full)}\nTEL;TYPE=CELL:${phone(g)}\nEMAIL;TYPE=WORK:${email(g, p)}\nEND:VCARD`;
    },
  ],
  ['form-labels', (g) => `Name: ${name(g)}\nDate of birth: ${birth(g)}\nAddress: ${address(g)}\nTelephone: ${phone(g)}\nNotes: none`],
  [
    'form-de',
    (g) => {
      const p = person(g, 'de');
      return `Vorname: ${mark('PERSON', p.given)}\nNachname: ${mark('PERSON', p.family)}\nGeburtsdatum: ${birth(g)}\nTelefonnummer: ${phone(g)}\nIBAN: ${iban(g)}`;
    },
  ],
  [
    'form-fr',
    (g) => {
      const p = person(g, 'fr');
      return `Nom : ${mark('PERSON', p.family)}\nPrénom : ${mark('PERSON', p.given)}\nDate de naissance : ${birth(g)}\nTéléphone : ${phone(g)}\nAdresse : ${address(g)}`;
    },
  ],
  [
    'form-es',
    (g) => `Nombre y apellidos: ${name(g, 'es')}\nCorreo electrónico: ${email(g)}\nTeléfono móvil: ${phone(g)}\nDirección: ${address(g)}`,
  ],
  [
    'json-east',
    (g) => ({
      data: [
        { 氏名: eastName(g), メール: email(g) },
        { 姓名: eastName(g), 手机: phone(g) },
        { name: eastName(g), email: email(g) },
      ],
    }),
  ],
  [
    'fhir',
    (g) => {
      const p = person(g);
      return {
        resourceType: 'Patient',
        id: g.uuid(),
        name: [{ use: 'official', family: mark('PERSON', p.family), given: [mark('PERSON', p.given)] }],
        telecom: [
          { system: 'phone', value: phone(g) },
          { system: 'email', value: email(g, p) },
        ],
        birthDate: birth(g),
      };
    },
  ],
  [
    'graphql',
    (g) => ({
      data: { viewer: { id: g.word(20), employees: { edges: [{ node: { displayName: name(g), workEmail: email(g), cell: phone(g) } }] } } },
    }),
  ],
  [
    'columns-rows',
    (g) => ({
      columns: ['id', 'patient_name', 'mrn', 'phone'],
      rows: Array.from({ length: 3 }, () => [g.int(1, 999), name(g), g.digits(7), phone(g)]),
    }),
  ],
  ['json-in-json', (g) => ({ status: 200, body: JSON.stringify({ user: { full_name: name(g), email: email(g), api_key: key(g) } }) })],
  ['ndjson', (g) => rows(g, 4, () => JSON.stringify({ ts: stamp(g), level: 'info', customer: name(g), mobile: phone(g) }))],
  [
    'issue',
    (g) => ({
      number: g.int(1, 999),
      title: 'Login fails',
      reporter: { displayName: name(g), emailAddress: email(g) },
      assignee: { displayName: name(g) },
      labels: ['bug'],
    }),
  ],
  [
    'calendar',
    (g) => ({
      summary: 'Quarterly review',
      start: stamp(g),
      organizer: { displayName: name(g), email: email(g) },
      attendees: [{ displayName: name(g), email: email(g), responseStatus: 'accepted' }],
    }),
  ],
  [
    'sql-insert',
    (g) =>
      `INSERT INTO customers (id, first_name, last_name, phone) VALUES\n${rows(g, 4, () => {
        const p = person(g);
        return `(${g.int(1, 99)}, '${mark('PERSON', p.given)}', '${mark('PERSON', p.family.replace("'", ''))}', '${phone(g)}'),`;
      })}`,
  ],
  ['python-dict', (g) => `{'customer': '${mark('PERSON', person(g, 'de').full)}', 'phone': '${phone(g)}', 'card_number': '${card(g)}'}`],
  [
    'prose-visit',
    (g) =>
      g.pick([
        `We met with ${name(g)} on Friday. ${g.pick(['She', 'He'])} asked to be called on ${phone(g)} after five.`,
        `Dear ${mark('PERSON', person(g, 'en').given)},\n\nthank you for your order.\n\nKind regards,\n${name(g, 'en')}`,
        `The parcel for ${name(g, 'en')} goes to ${address(g)}.`,
        `My name is ${name(g)} and my e-mail is ${email(g)}.`,
        `${name(g, 'en')} wrote: please cancel my subscription.`,
      ]),
  ],
  [
    'prose-other',
    (g) =>
      g.pick([
        `Sehr geehrte Frau ${mark('PERSON', person(g, 'de').family)}, Ihre Lieferung an ${address(g)} ist unterwegs.`,
        `Bonjour, je m'appelle ${name(g, 'fr')}, mon numéro est le ${phone(g)}.`,
        `Hola, me llamo ${name(g, 'es')} y mi correo es ${email(g)}.`,
        `Mijn telefoonnummer is ${phone(g)} en ik woon op ${address(g)}.`,
      ]),
  ],
  [
    'id-json',
    (g) => {
      const { label, id } = national(g);
      return { applicant: name(g), [label]: id, verified: true };
    },
  ],
  [
    'id-form',
    (g) => {
      const { label, id } = national(g);
      return `Application ${g.digits(5)}\n${label}: ${id}\nStatus: received`;
    },
  ],
  ['id-document', (g) => ({ documentType: 'passport', idNumber: national(g).id, country: 'XX' })],
  [
    'ssn-line',
    (g) =>
      g.pick([`SSN ${ssn(g)} verified by phone`, `social: ${ssn(g)}`, `Employee social security no. ${ssn(g)}, start date 2024-02-01`]),
  ],
  [
    'payment',
    (g) =>
      g.pick<() => string | object>([
        () => ({ source: { brand: 'visa', pan: card(g), expMonth: 3, expYear: 2028 }, holder: name(g) }),
        () => `Payment with card ${card(g)} exp 04/28 approved, auth ${g.digits(6)}`,
        () => `Kreditkarte: ${card(g)}\nGültig bis: 11/27`,
      ])(),
  ],
  [
    'transfer',
    (g) =>
      g.pick([
        `Please transfer 300 EUR to ${iban(g)}, beneficiary ${name(g)}.`,
        `IBAN ${iban(g)} BIC DEUTDEFF`,
        `"beneficiary_iban": "${iban(g)}"`,
      ]),
  ],
  [
    'us-bank',
    (g) => ({
      bankName: 'First National',
      routingNumber: routing(g),
      accountNumber: mark('BANK_ACCOUNT', g.digits(g.int(8, 12))),
      type: 'checking',
    }),
  ],
  ['us-bank-text', (g) => `Direct deposit\nRouting number: ${routing(g)}\nAccount number: ${mark('BANK_ACCOUNT', g.digits(10))}\n`],
  [
    'env',
    (g) =>
      `# app\nAPP_PORT=8080\nDB_PASSWORD=${password(g)}\nOPENAI_KEY=${key(g)}\nMAIL_FROM=${email(g)}\nJWT_SECRET="${randomKey(g)}"\nDEBUG=false`,
  ],
  ['ini', (g) => `[database]\nhost = 10.0.0.4\nuser = app\npassword = ${password(g)}\n\n[vendor]\napi_token = ${key(g)}\nretries = 3\n`],
  [
    'yaml-config',
    (g) =>
      `services:\n  web:\n    image: nginx:1.27\n    environment:\n      - DATABASE_URL=${connection(g)}\n      - SECRET_KEY_BASE=${randomKey(g)}\n      LOG: debug\n`,
  ],
  ['toml', (g) => `[auth]\nclient_id = "web-app"\nclient_secret = "${randomKey(g)}"\npassword = '${password(g)}'\n`],
  [
    'properties',
    (g) =>
      `spring.datasource.url=jdbc:postgresql://db/app\nspring.datasource.username=app\nspring.datasource.password=${password(g)}\nstripe.key=${key(g)}\n`,
  ],
  [
    'terraform',
    (g) =>
      `resource "aws_db_instance" "main" {\n  username = "admin"\n  password = "${password(g)}"\n  engine   = "postgres"\n}\nvariable "token" { default = "${key(g)}" }`,
  ],
  [
    'k8s-secret',
    (g) =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: ${mark('PASSWORD', Buffer.from(g.word(14)).toString('base64'))}\n  token: ${mark('API_KEY', Buffer.from(g.word(30)).toString('base64'))}\n`,
  ],
  [
    'curl',
    (g) =>
      g.pick([
        `curl -H "Authorization: Bearer ${key(g)}" https://api.acme.io/v2/me`,
        `curl -H 'X-Api-Key: ${randomKey(g)}' https://api.acme.io/items`,
        `git clone https://oauth2:${key(g)}@gitlab.acme.io/team/app.git`,
      ]),
  ],
  [
    'code',
    (g) =>
      g.pick([
        `const stripe = new Stripe('${key(g)}');`,
        `openai.api_key = "${key(g)}"`,
        `client := sdk.New("${key(g)}", sdk.WithTimeout(5))`,
        `$config['db_password'] = '${password(g)}';`,
        `private static final String API_KEY = "${randomKey(g)}";`,
      ]),
  ],
  [
    'name-value',
    (g) => ({
      containers: [
        {
          env: [
            { name: 'REGION', value: 'eu-west-1' },
            { name: 'DB_PASSWORD', value: password(g) },
            { name: 'STRIPE_API_KEY', value: key(g) },
          ],
        },
      ],
    }),
  ],
  [
    'connection-config',
    (g) =>
      g.pick<() => string | object>([
        () => ({ ConnectionStrings: { Default: connection(g) }, Logging: { Level: 'Warning' } }),
        () => `export DSN='${connection(g)}'`,
        () => `${stamp(g)} WARN retry ${connection(g)} after 3s`,
        () => `<add name="Main" connectionString="${connection(g)}" providerName="System.Data.SqlClient" />`,
      ])(),
  ],
  [
    'pem',
    (g) =>
      g.pick<() => string | object>([
        () => `# deploy key\n${pem(g)}\n`,
        () => ({ tls: { key: pem(g), cert: 'see vault' } }),
        () => `data:\n  id_rsa: |\n    ${pem(g).replaceAll('\n', '\n    ')}\n`,
      ])(),
  ],
  [
    'chat-secret',
    (g) =>
      g.pick([
        `ops: the new root password is ${password(g)} please rotate`,
        `hey, use this token for now: ${key(g)}`,
        `wifi password: ${password(g)}`,
      ]),
  ],
  ['log-line', (g) => `${stamp(g)} INFO auth user=${email(g)} ip=10.2.3.4 token=${randomKey(g)} status=ok`],
  ['basic-url', (g) => `remote: https://deploy:${mark('PASSWORD', g.word(16))}@git.acme.io/app.git`],
  ['double-escape', (g) => ({ result: JSON.stringify({ log: `user ${'\n'}email=${email(g)}\nphone=${phone(g)}` }) })],
];

const SPOKEN_LAYOUTS: Template[] = [
  [
    'cli',
    (g) =>
      g.pick([
        `mysql -h db -u root -p${password(g)} shop`,
        `./deploy --env prod --password ${password(g)} --verbose`,
        `docker login -u ci -p ${password(g)} registry.acme.io`,
        `curl -u admin:${password(g)} https://acme.io/api`,
      ]),
  ],
  ['netrc', (g) => `machine git.acme.io login bob password ${password(g)}\n`],
  ['pgpass', (g) => `db.acme.io:5432:app:svc:${password(g)}\n`],
  [
    'named-arguments',
    (g) =>
      g.pick([
        `define('DB_PASSWORD', '${password(g)}');`,
        `props.setProperty("password", "${password(g)}");`,
        `client.get(url, auth=("svc", "${password(g)}"))`,
      ]),
  ],
  ['cookie-header', (g) => `Set-Cookie: session_id=${mark('API_KEY', g.word(40))}; Path=/; HttpOnly`],
  [
    'sas-url',
    (g) => `https://acct.blob.core.windows.net/c/f.csv?sv=2024-11-04&se=2027-01-01&sp=r&sig=${mark('API_KEY', `${g.word(43)}%3D`)}`,
  ],
  ['howto', (g) => g.pick([`Log in as admin with password ${password(g)} and open the console.`, `Credentials: admin / ${password(g)}`])],
  [
    'minutes',
    (g) => `Weekly sync\nAttendees: ${name(g, 'en')}, ${name(g, 'de')}, ${name(g, 'fr')}\nAction: ${name(g, 'en')} sends the draft.\n`,
  ],
  [
    'guests',
    (g) => {
      const p = person(g);
      return { guests: [{ first: mark('PERSON', p.given), last: mark('PERSON', p.family) }], nights: 3 };
    },
  ],
  ['bank-line', (g) => `Routing: ${routing(g)} Account: ${mark('BANK_ACCOUNT', g.digits(10))}`],
  ['born', (g) => `She was born on ${mark('DATE_OF_BIRTH', `July ${g.int(1, 28)}, ${g.int(1940, 2004)}`)} in Leeds.`],
];

const MORE_CLEAN: Template[] = [
  ['neg-places', () => ({ cities: ['San Jose', 'Santa Maria', 'Fort Wayne'], countries: ['Costa Rica', 'Sri Lanka'] })],
  ['neg-roads', () => 'Distance 12.345 km, 3 of 10 rooms, Highway 61, Route 66, Terminal 2, Gate B12.'],
  ['neg-code-auth', () => 'const passwordRegex = /^(?=.*[A-Z]).{8,}$/;\nreturn jwt.verify(token, secret) !== null;'],
  [
    'neg-chain',
    (g) => ({ address: `0x${g.hex(40)}`, tx_hash: `0x${g.hex(64)}`, mac_address: '00:1A:2B:3C:4D:5E', host_address: '10.0.0.7' }),
  ],
  [
    'neg-brands',
    () => ({
      items: [
        { title: 'Calvin Klein Jeans', brand: 'Calvin Klein' },
        { client_name: 'Web Portal', token_url: 'https://auth.acme.io/token' },
      ],
    }),
  ],
];

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const whole = (type: string, text: string): string => mark(type, text);
const plain = (marked: string): string => marked.replace(/\ue000[^\ue001]*\ue001|\ue002/g, '');
const spaced = (text: string, gap: string): string => [...text].join(gap);
const wide = (text: string): string => text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));

const EVASIONS: Template[] = [
  ['b64-key', (g) => `payload: ${whole('API_KEY', b64(`token=${plain(key(g))}`))} end`, 'evasion'],
  ['b64-json', (g) => ({ blob: whole('EMAIL', b64(JSON.stringify({ user: plain(email(g)), ssn: plain(ssn(g)) }))) }), 'evasion'],
  ['hex-key', (g) => `dump ${whole('API_KEY', Buffer.from(plain(key(g))).toString('hex'))}`, 'evasion'],
  ['url-email', (g) => `next=${whole('EMAIL', encodeURIComponent(plain(email(g))))}&x=1`, 'evasion'],
  ['url-double', (g) => `next=${whole('EMAIL', encodeURIComponent(encodeURIComponent(plain(email(g)))))}&x=1`, 'evasion'],
  ['html-entities', (g) => `<p>${whole('EMAIL', [...plain(email(g))].map((char) => `&#${char.charCodeAt(0)};`).join(''))}</p>`, 'evasion'],
  ['zero-width-card', (g) => `card ${whole('CREDIT_CARD', spaced(plain(bareCard(g)), '\u200b'))} ok`, 'evasion'],
  [
    'zero-width-key',
    (g) => {
      const value = plain(key(g));
      return `key ${whole('API_KEY', `${value.slice(0, 4)}\u200c${value.slice(4, 9)}\u2060${value.slice(9)}`)}`;
    },
    'evasion',
  ],
  [
    'soft-hyphen-email',
    (g) => {
      const value = plain(email(g));
      return `write to ${whole('EMAIL', `${value.slice(0, 3)}\u00ad${value.slice(3)}`)} now`;
    },
    'evasion',
  ],
  ['full-width-card', (g) => `card ${whole('CREDIT_CARD', wide(plain(bareCard(g))))}`, 'evasion'],
  ['full-width-email', (g) => `mail ${whole('EMAIL', wide(plain(email(g))))}`, 'evasion'],
  ['full-width-ssn', (g) => `ssn ${whole('US_SSN', wide(plain(ssn(g))))}`, 'evasion'],
  ['spaced-card', (g) => `the card is ${whole('CREDIT_CARD', spaced(plain(bareCard(g)), ' '))}`, 'evasion'],
  ['dotted-card', (g) => `card ${whole('CREDIT_CARD', bareCard(g).replace(/(.{4})(?=.)/g, '$1.'))}`, 'evasion'],
  ['dash-ssn', (g) => `ssn ${whole('US_SSN', plain(ssn(g)).replaceAll('-', '–'))}`, 'evasion'],
  [
    'nbsp-iban',
    (g) =>
      `to ${whole(
        'IBAN',
        plain(iban(g))
          .replaceAll(' ', '')
          .replace(/(.{4})(?=.)/g, '$1\u00a0'),
      )}`,
    'evasion',
  ],
  ['spelled-email', (g) => `contact ${whole('EMAIL', plain(email(g)).replace('@', ' [at] ').replaceAll('.', ' [dot] '))}`, 'evasion'],
  ['cyrillic-key', (g) => `p\u0430ssword: ${whole('PASSWORD', plain(password(g)))}`, 'evasion'],
  [
    'unicode-escape',
    (g) =>
      `{"m":"${whole('EMAIL', [...plain(email(g))].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''))}"}`,
    'evasion',
  ],
  [
    'nested-json-escape',
    (g) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: `card ${whole('CREDIT_CARD', bareCard(g))}` }) }) }),
    'evasion',
  ],
  [
    'math-digits',
    (g) =>
      `ssn ${whole(
        'US_SSN',
        plain(ssn(g)).replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
      )}`,
    'evasion',
  ],
  [
    'split-key',
    (g) => {
      const value = plain(key(g));
      return `const t = ${whole('API_KEY', `"${value.slice(0, 6)}" + "${value.slice(6)}"`)};`;
    },
    'evasion',
  ],
  ['reversed-key', (g) => `rev ${whole('API_KEY', [...plain(key(g))].reverse().join(''))}`, 'evasion'],
  [
    'wrapped-b64',
    (g) => whole('API_KEY', (b64(`aws_secret: ${plain(key(g))} and more of the text that goes on`).match(/.{1,60}/g) ?? []).join('\n')),
    'evasion',
  ],
];

const CLEAN: Template[] = [
  [
    'neg-diff',
    (g) =>
      `diff --git a/src/auth.ts b/src/auth.ts\nindex ${g.hex(7)}..${g.hex(7)} 100644\n@@ -12,7 +12,9 @@ export function login(password: string) {\n-  return check(password);\n+  return verify(password, { token: req.headers.authorization });\n`,
  ],
  [
    'neg-k8s',
    (g) =>
      `NAME                        READY   STATUS    RESTARTS   AGE\napi-${g.hex(9)}-${g.chars('bcdfghjkl', 5)}   1/1     Running   0          ${g.int(1, 40)}d\nworker-${g.hex(9)}-${g.chars('bcdfghjkl', 5)}   0/1   CrashLoopBackOff   12   3h\n`,
  ],
  [
    'neg-log',
    (g) =>
      `${stamp(g)} INFO [http-nio-8080-exec-${g.int(1, 9)}] c.a.Gateway - GET /v1/items/${g.digits(8)} 200 ${g.int(1, 900)}ms trace=${g.hex(32)} span=${g.hex(16)}`,
  ],
  [
    'neg-products',
    (g) => ({
      products: [
        { name: 'Blue Widget', sku: `BW-${g.digits(6)}`, upc: g.digits(12), price: 12.5 },
        { name: 'Garden Hose 20m', sku: g.digits(8), barcode: `40${g.digits(11)}`, price: 29 },
      ],
    }),
  ],
  [
    'neg-companies',
    () => ({
      results: [
        { name: 'Hargreaves Lansdown plc', city: 'Bristol' },
        { name: 'Morgan Stanley', city: 'New York' },
        { name: 'Johnson & Johnson', industry: 'Health' },
      ],
    }),
  ],
  [
    'neg-repos',
    (g) => ({
      items: [
        {
          name: 'awesome-list',
          full_name: 'acme/awesome-list',
          owner: { login: 'acme', type: 'Organization' },
          default_branch: 'main',
          node_id: g.word(24),
          stargazers_count: g.int(1, 9000),
        },
      ],
    }),
  ],
  [
    'neg-finance',
    (g) => ({
      symbol: 'ACME',
      quotes: Array.from({ length: 4 }, () => [g.int(1700000000, 1760000000), g.int(1000, 9000) / 100, g.int(1e6, 9e8)]),
    }),
  ],
  [
    'neg-api-doc',
    () =>
      "## Authentication\nSend `Authorization: Bearer <token>` with each request. Get a token at `/oauth/token` with your `client_id` and `client_secret`.\n\n| Parameter | Type | Description |\n|---|---|---|\n| email | string | The user's e-mail |\n| password | string | At least 12 characters |\n| phone | string | optional |\n",
  ],
  [
    'neg-openapi',
    () => ({
      components: {
        schemas: {
          User: {
            type: 'object',
            required: ['email', 'password'],
            properties: {
              email: { type: 'string', format: 'email' },
              password: { type: 'string', minLength: 8 },
              ssn: { type: 'string', pattern: '^\\d{3}-\\d{2}-\\d{4}$' },
              phone: { type: 'string' },
            },
          },
        },
      },
    }),
  ],
  [
    'neg-code-types',
    () =>
      'interface Customer {\n  name: string;\n  email: string;\n  phone?: string;\n  address: Address;\n  passwordHash: string;\n}\nexport const getToken = async (): Promise<string> => cache.get("token") ?? refresh();\n',
  ],
  [
    'neg-placeholder',
    (g) =>
      g.pick([
        'password=changeme',
        'API_KEY=<your-api-key>',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how it stands in a file
        'token: ${{ secrets.GITHUB_TOKEN }}',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how it stands in a file
        'DATABASE_URL=postgres://user:${DB_PASS}@localhost/db',
        'aws_secret_access_key = xxxxxxxxxxxxxxxxxxxxxxxx',
        'Authorization: Bearer $TOKEN',
        'secret: !vault |',
        "password: process.env.DB_PASSWORD || ''",
      ]),
  ],
  ['neg-masked', () => ({ card: '**** **** **** 4242', ssn: '***-**-6789', apiKey: 'sk-...abcd', phone: null, email: '' })],
  [
    'neg-prose',
    (g) =>
      g.pick([
        'The Hubble Space Telescope and the James Webb Space Telescope observe the sky. Mount Everest is 8,848 m high.',
        'In the Christmas season, Oxford Street and Abbey Road are crowded. St. Mary Hospital opened a new wing in 1998.',
        'Alan Turing machines and Monte Carlo methods appear in chapter 12. See Table 4 and Figure 3.',
        'Version 2.14.3 fixes CVE-2024-12345. Upgrade from 2.13.0 by 15 June 2026.',
        'Die Deutsche Bahn und die Stadt Frankfurt am Main planen 2027 den Umbau; Kosten rund 1.200.000 Euro.',
        'La Tour Eiffel mesure 330 mètres. Le Louvre ouvre à 9 h.',
        'Set the password policy to at least 14 characters and rotate the API key every 90 days.',
        'Please call the support hotline or visit our contact page. Your token budget is 128000 tokens.',
      ]),
  ],
  [
    'neg-geo',
    (g) => ({
      lat: g.int(-90, 90) + g.next(),
      lng: g.int(-180, 180) + g.next(),
      elevation: g.int(1, 3000),
      place: 'Lake Victoria',
      plus_code: '8FW4V75V+8Q',
    }),
  ],
  [
    'neg-numbers',
    (g) =>
      `Invoice ${g.digits(8)} of 2026-03-04, order 70-${g.digits(7)}-${g.digits(7)}, total 1,234.56, customer no. ${g.digits(6)}, tracking JD${g.digits(18)}, serial ${g.digits(4)}-${g.digits(4)}-${g.digits(3)}`,
  ],
  [
    'neg-ids',
    (g) => ({
      id: `cus_${g.word(14)}`,
      payment_intent: `pi_${g.word(24)}`,
      request_id: `req_${g.word(14)}`,
      idempotency_key: g.uuid(),
      etag: `W/"${g.hex(27)}"`,
      cursor: b64(JSON.stringify({ after: g.digits(12) })),
      client_id: `${g.digits(12)}-${g.chars(LOWERS, 32)}.apps.googleusercontent.com`,
    }),
  ],
  [
    'neg-tokens',
    (g) => ({
      model: 'gpt-5',
      usage: { prompt_tokens: g.int(1, 9999), completion_tokens: g.int(1, 999), total_tokens: g.int(1, 99999) },
      max_tokens: 4096,
      stop_token: '<|end|>',
      next_page_token: g.word(44),
      sync_token: g.word(20),
    }),
  ],
  [
    'neg-lockfile',
    (g) =>
      `"node_modules/left-pad": {\n  "version": "1.3.0",\n  "resolved": "https://registry.example/left-pad/-/left-pad-1.3.0.tgz",\n  "integrity": "sha512-${g.word(86)}=="\n}`,
  ],
  [
    'neg-sql',
    () =>
      "SELECT u.name, u.email, u.phone FROM users u WHERE u.password IS NOT NULL AND u.created_at > '2026-01-01' ORDER BY u.name LIMIT 100;",
  ],
  [
    'neg-public-key',
    (g) =>
      `-----BEGIN CERTIFICATE-----\n${g.word(64)}\n${g.word(64)}\n-----END CERTIFICATE-----\nssh-rsa AAAAB3NzaC1yc2E${g.word(120)} build@ci\nSHA256:${g.word(43)}`,
  ],
  [
    'neg-css',
    (g) =>
      `.phone-input{width:320px;color:#${g.hex(6)}}.token{margin:0 0 12px}@font-face{src:url(data:font/woff2;base64,d09GMgABAAAAA${g.word(120)})}`,
  ],
  [
    'neg-weather',
    (g) => ({
      station: 'San Francisco Airport',
      observed: stamp(g),
      temperature: { value: g.int(-20, 40), unit: 'C' },
      phone_signal: 'good',
      wind: '12 km/h',
    }),
  ],
  [
    'neg-metrics',
    (g) =>
      `# HELP process_cpu_seconds_total Total CPU time.\nprocess_cpu_seconds_total ${g.int(1, 9999)}.${g.digits(2)}\nhttp_requests_total{method="post",code="200"} ${g.digits(7)} ${g.int(1760000000000, 1769999999999)}\n`,
  ],
  [
    'neg-schedule',
    () =>
      'Mon 09:00-17:00, Tue 09:00-17:00\nRoom 12, Building 4, Floor 2\nMain Hall: Summer Concert, Grand Opening\nAgenda: Budget Review; Product Roadmap; Any Other Business',
  ],
  [
    'neg-config',
    (g) =>
      `server:\n  host: 0.0.0.0\n  port: ${g.int(1000, 9000)}\n  token_ttl: 3600\n  password_min_length: 12\n  secret_name: prod/db/main\n  key_file: /etc/ssl/private/server.key\n  auth: oauth2\n  author: platform team\n  name: edge-proxy\n`,
  ],
  [
    'neg-versions',
    (g) =>
      `openssl 3.0.${g.int(1, 15)}\n10.0.${g.int(10000, 29999)}.${g.int(1, 999)}\nChrome/126.0.6478.${g.int(1, 200)} Safari/537.36\nfe80::1ff:fe23:4567:890a\n192.168.${g.int(0, 255)}.${g.int(1, 254)}:8443`,
  ],
  [
    'neg-movies',
    () => ({
      results: [
        { title: 'Jurassic Park', director_id: 4, year: 1993 },
        { title: 'Harry Potter and the Goblet of Fire', year: 2005 },
        { title: 'Forrest Gump', runtime: 142 },
      ],
    }),
  ],
];
const LOWERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const TEMPLATES: readonly Template[] = [...LAYOUTS, ...SPOKEN_LAYOUTS, ...EVASIONS, ...CLEAN, ...MORE_CLEAN];
