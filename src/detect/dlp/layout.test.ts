// What stands in layouts that name their values oddly or not at all, and what looks like it and is left alone. Values are invented.
import { describe, expect, it } from 'vitest';
import { found, marked } from '../../../test/support/marked-text.ts';

describe('found', () => {
  it.each([
    "INSERT INTO `users` VALUES (1,'⟦PERSON|Malin Lindholm⟧','⟦EMAIL|malin.lindholm@posteo.de⟧','⟦PHONE|070-441 82 19⟧','2026-02-01 10:00:00');",
    "CREATE TABLE staff (id int, full_name text, ssn char(11));\nINSERT INTO staff VALUES (7,'⟦PERSON|Tyrell Okafor⟧','⟦US_SSN|512-44-8190⟧');",
    '4410,⟦PERSON|Katrin Overbeck⟧,⟦EMAIL|k.overbeck@web.de⟧,⟦PHONE|+49 151 23456789⟧,active',
    'users[1]{id,displayName,mail}:\n  1,⟦PERSON|Jörg Steinhoff⟧,⟦EMAIL|js@posteo.de⟧',
    '-[ RECORD 1 ]------\nname    | ⟦PERSON|Pilar Escribano⟧\nemail   | ⟦EMAIL|pilar@mynet.com⟧',
    'Contact name ........ ⟦PERSON|Femke Bakhuis⟧\nContact e-mail ...... ⟦EMAIL|f@ziggo.nl⟧',
    'Patient Name – ⟦PERSON|Nirmala Pillai⟧\nMobile No – ⟦PHONE|+91 98765 43210⟧',
    '{"fields":{"fullName":{"stringValue":"⟦PERSON|Uwe Grabowski⟧"},"email":{"stringValue":"⟦EMAIL|u@web.de⟧"}}}',
    '{"properties":{"Name":{"title":[{"plain_text":"⟦PERSON|Anke Rehbein⟧"}]},"Email":{"email":"⟦EMAIL|anke@web.de⟧"}}}',
    'Present: ⟦PERSON|Harriet Goodfellow⟧, ⟦PERSON|Armand Lefranc⟧',
    'PASSENGER LIST\n1. ⟦PERSON|TORBEN HANSEN⟧  SEAT 14A',
    '尊敬的⟦PERSON|陈志强⟧先生，您的快递已到。',
    '⟦EMAIL|ops@acme.com⟧ | San Jose | Santa Rosa | open',
    '⟦PERSON|김민준⟧님께 안내드립니다. ⟦PERSON|이서연⟧ 씨가 왔습니다.',
    'Deliver to ⟦ADDRESS|18/2, Shanti Nagar, Pune 411001⟧',
    'rita: ⟦PASSWORD|rusty-anvil-994⟧'.replace('rita: ', 'rita: admin / '),
    'wifi in the new office: SSID Loft5, pass ⟦PASSWORD|KgLBus77TOZP06⟧',
    'the new wifi pw is ⟦PASSWORD|Falcon771*x⟧, tell the others',
    'Zugang: Benutzer "backup", Passwort "⟦PASSWORD|S1k8ayB6KOfVQ7⟧"',
    "CREATE ROLE reporting LOGIN PASSWORD '⟦PASSWORD|harbor-1422-x⟧';",
    "CREATE USER 'app'@'%' IDENTIFIED BY '⟦PASSWORD|swo1v8!Wx76dQ⟧';",
    'DriverManager.getConnection("jdbc:mysql://db/app", "root", "⟦PASSWORD|north-piano-8115⟧");',
    'deploy:⟦API_KEY|$6$MYgoKqNU$JIC9Tv/0IbFgQEEP5psCS5M22cE8AJiuM2x1ysdnhS9nvsWriz7S35pQ⟧:19700:0:99999:7:::',
    'LEDGER_ADMIN_KEY=⟦API_KEY|121596c42b47b97fe57e5dbf5466cec1⟧',
    'Driver License #: ⟦NATIONAL_ID|A2480864⟧',
    'NHS No. ⟦NATIONAL_ID|943 476 5919⟧',
    'ssn: ⟦US_SSN|5 1 2 4 4 8 1 9 0⟧',
    'Wire to: routing ⟦BANK_ACCOUNT|021000021⟧, account ⟦BANK_ACCOUNT|88409007168⟧',
    'datum;empfaenger;iban\n2026-01-04;⟦PERSON|Tim Overbeck⟧;⟦IBAN|DE89370400440532013000⟧',
    'Ship to ⟦ADDRESS|254, Koramangala 4th Block, Bengaluru 560034⟧',
    'Adres: ⟦ADDRESS|Bağdat Caddesi No:116, 34728 Kadıköy/İstanbul⟧',
    '  3  ⟦PERSON|Derya Yalçın⟧ <⟦EMAIL|dy@mynet.com⟧>',
  ])('%s', (given) => {
    const { text, wanted } = marked(given);
    expect(found(text)).toEqual(wanted);
  });

  it.each([
    ['a line end', '\n'],
    ['a backslash at the end of a line', '\\\n'],
    ['a sign of mark-up', '**'],
  ])('a token in two parts with %s between', (_name, gap) => {
    const token = `ghp_t3b107CnVpdg7iSS${gap}R6hVIC7eLS3W8Qwbphsf`;
    expect(found(`key ${token} end`)).toEqual([`API_KEY ${token}`]);
  });

  it.each([
    '[{"email":"malin@posteo.de"}]',
    '{"user":{"email":"malin@posteo.de"}}',
    '<a><b>malin@posteo.de</b></a>',
    '# *** malin@posteo.de ***',
    'привет malin@posteo.de',
    '🙂🙂 malin@posteo.de',
  ])('whatever the text begins with that is encoded: %s', (text) => {
    const once = Buffer.from(text).toString('base64').replace(/=+$/, '');
    expect(found(`data: ${once} end`)).toEqual([`EMAIL ${once}`]);
    const twice = Buffer.from(once).toString('hex');
    expect(found(`data: ${twice} end`)).toEqual([`EMAIL ${twice}`]);
  });

  it.each([
    ...[
      '[1] ',
      '[12]: ',
      '[2026-11-29 10:00:01] ',
      '[[',
      '[true ',
      '[null] ',
      '[1, ',
      '["x", ',
      '["x" ',
      '{"a":',
      '{"a":1} ',
      '{"a" ',
      '{"a":"b" ',
    ],
    ...['{"', '["', '{"a": "', '"[1]" ', '[[1,2]] mail: ', '[none of ', '{"a":nope '],
  ])('behind what begins like JSON and is none: %s', (lead) => {
    expect(found(`${lead}malin@posteo.de`)).toEqual(['EMAIL malin@posteo.de']);
    expect(found(`${lead}ghp_t3b107CnVpdg7iSSR6hVIC7eLS3W8Qwbphsf`)).toEqual(['API_KEY ghp_t3b107CnVpdg7iSSR6hVIC7eLS3W8Qwbphsf']);
  });

  it('what is encoded twice, and figures of other scripts', () => {
    const twice = Buffer.from(Buffer.from('glpat-S1k6zljU5mpzAIBmdpu3').toString('base64')).toString('base64');
    expect(found(`data: ${twice}`)).toEqual([`API_KEY ${twice}`]);
    expect(found('بطاقة ٤١١١١١١١١١١١١١١١')).toEqual(['CREDIT_CARD ٤١١١١١١١١١١١١١١١']);
  });
});

describe('left alone', () => {
  it.each([
    "INSERT INTO inventory VALUES (1,'Walnut Table','furniture',120.50,'2024-01-02');",
    "INSERT INTO cities VALUES ('San Marino','SM'),('New London','US');",
    'deploy: staging / production\nrole: admin / editor',
    'tests: 14 pass 2 fail\nBoarding pass 12A issued\nAll checks pass v2.10.1-rc3',
    'root:x:0:0:root:/root:/bin/bash\nadmin:read:org scope needed',
    'Status - Done\nOwner - Platform team\nAddress - see below',
    'Introduction .......... 3\nContact ............... 12',
    'CACHE_KEY=users:v2:list\nSORT_KEY=created_at#desc',
    '{"fields":{"name":{"stringValue":"Golden Gate"},"kind":{"stringValue":"bridge"}}}',
    'cf-ray: ff0e0dc89ef81c52-FRA\nprocess_start_time_seconds 1.77271788e+09',
    'Job title: Staff Nurse, Night Shift',
    ' test/Http2Server.java   | 12 ++\n service/S3Client.java | 3 -\n support/Windows10.md | 1 +\n D admin/Report2024.pdf',
    'see test/fixtures-2024 and demo/release-101 and postgres/postgres-15',
    'Use oracle/Java21Runtime; INFO test/Runner2Main started; chown root:Admin2Group file',
    'Pass OAuth2Client to the constructor, and pass Utf8JsonWriter on.\nIf you need more, pass Http2Options when calling.',
    'z.string().password("minLength:8"); t.password("user_password"); .passphrase("field.label_2")',
    'client.connect("clicked", "clicked", "callback_data")',
    'const LOCAL_STORAGE_KEY = "app.theme.v2";\nconst THEME_STORAGE_KEY = "ui-theme-2024";\nREACT_QUERY_KEY="todos-list-v2"',
    'JIRA_PROJECT_KEY=ACME2024\nSONAR_PROJECT_KEY=com.acme:checkout-service2\nAPP_TRANSLATION_KEY=common.errors.notFound404',
    'Items 3, Widget A, Widget B, Total 123456 units\nFigure 12, Section Two, Appendix Three, Report 202401',
    'On page 4, Chapter Two, The Big Book, London 123456\nRow 1, Alpha Beta, Gamma, Delta 100200',
    '{"en":"Saint Paul","pt":"São Paulo","cn":"Santa Monica"}',
    '[{"name":"San Jose"},{"name":"Santa Rosa"},{"name":"Fort Wayne"},{"name":"San Antonio"},{"name":"Costa Rica"},{"name":"Saint Martin"}]',
    'Mary Jane Remixed\nPeggy Sue Extended',
    '고객님께 안내드립니다. 선생님, 부모님, 하나님, 마음씨, 김치 님, 이용자님, 변호사님, 구독자님, 신청자님',
    'Pass `--dry-run` to report which files change, pass `Infinity` for no limit, pass `iframe.contentWindow` here.',
    "borp --pattern 'test/*.test.js' and a URL identified by `_endpoint`",
    'd += (ab | (a & c) | bc) + blocks[4] + 1518500249;',
    'import {\n  Mutant,\n  Reporter,\n  RunTiming,\n} from "x";\n{"clearTextReporter": {"title": "ClearTextReporterOptions"}}',
    '{"clearTextReporterOptions": {"title": "ClearTextReporterOptions", "type": "object"}}',
    'CREATE TABLE a (\n  created_ms INTEGER NOT NULL,\n  settled_ms INTEGER\n); SELECT until_ms FROM organization',
    'The following named POSIX bracket expressions are supported: POSIX classes',
    'pwd is ~/Code2Go now, pwd: ./App2Build',
    '{"spring.datasource.url":"jdbc:mysql://db:3306/x"}',
    'https://st3.blob.core.windows.net/a.csv?se=2026-12-01T00%3A00Z&sr=b&sp=40Gx',
  ])('%s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
