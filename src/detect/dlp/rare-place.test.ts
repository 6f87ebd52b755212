// Values at places of their own kind: options of a command in a list, serialized pairs, literals put together, names beside their address, and what
// looks like each of them. Values are invented; what a scanner of repositories would report is put together here.
import { describe, expect, it } from 'vitest';
import { found, marked } from '../../../test/support/marked-text.ts';

const HEX = '9f86d081884c7d65';
const HUB = 'ghp_';
const CLOUD = 'AKIA';

describe('found', () => {
  it.each([
    'argv: ["serve","--db-password","⟦PASSWORD|Ln5-harbor-Q⟧","--port","8080"]',
    '{"args":["serve","--db-password","⟦PASSWORD|Ln5-harbor-Q⟧","--port","8080"]}',
    `a:2:{s:8:"password";s:12:"⟦PASSWORD|gH2-tinker-0⟧";s:7:"api_key";s:32:"⟦API_KEY|${HEX}a2feaa0c55ad0157⟧";}`,
    `twilio("AC0f11223344556677${HEX}", "⟦API_KEY|${HEX}a2feaa0c55ad0158⟧")`,
    `const key = "⟦API_KEY|${CLOUD}" + "QX7P2LMZ" + "4RTWVKBN⟧";`,
    `token = ("⟦API_KEY|${HUB}aB3dE5gH7jK9aB3dE5"\n         "mN2pQ4rS6tU8vW1xYY⟧")`,
    `client.login("⟦API_KEY|MuAjvzh99eHtEa2EMzQ2ajvu.6xh4wb.HjT5j0bPsBPivuhjGvpgI0UHAXafjzeatz⟧")`,
    '{"datenbankpasswort":"⟦PASSWORD|Kx77-uu!⟧","zugangsschluessel":"⟦API_KEY|93b7x31pmezmbmxvxixcpcst16p9⟧"}',
    'My account: ⟦IBAN|DE89.3704.0044.0532.0130.00⟧',
    'pay into account ⟦BANK_ACCOUNT|6485683189⟧, routing ⟦BANK_ACCOUNT|021000021⟧',
    'Her social is ⟦US_SSN|223 94 7491⟧, she said.',
    'Driver licence no: ⟦NATIONAL_ID|D0283809⟧',
    'BEGIN:VCARD\nADR;TYPE=home:;;⟦ADDRESS|Dorpsstraat 9;Loenen;;3632 AS;Nederland⟧\nEND:VCARD',
    'SENT TO\n      ⟦ADDRESS|Nørrebrogade 112, 2. th\n      2200 København N⟧\nWEIGHT 2 kg',
    'Maintained by [⟦PERSON|Adebayo Ogunlesi⟧](mailto:⟦EMAIL|adebayo@ogunlesi.dev⟧).',
    'customer ⟦PERSON|Ottoline Graves⟧ (⟦EMAIL|ottoline@graves.family⟧) asked',
    '"Too much rain," said ⟦PERSON|Gerlinde Aumüller⟧, mayor of the town.',
    'exec redis-server --requirepass ⟦PASSWORD|TD1aYdD3vKBxgXassDqp⟧',
    "mailer.setPassword('⟦PASSWORD|Grue-ssGott7⟧');",
    `dsn: "⟦API_KEY|https://${HEX}${HEX}@o450.ingest.sentry.io/45012⟧"`,
    `git clone https://⟦API_KEY|${HEX}a2feaa0c55⟧@git.corp.lan/app.git`,
    `GET /b?X-Amz-Date=20261010T101010Z&X-Amz-Signature=⟦API_KEY|${HEX}${HEX}${HEX}a2feaa0c55ad0157⟧`,
    `GET /weather?q=Oslo&appid=⟦API_KEY|${HEX}a2feaa0c55ad0157⟧ 200`,
    'mail ⟦EMAIL|felix (at) werkstatt (punkt) de⟧ danke',
    'escribe a ⟦EMAIL|ana.ruiz arroba correo punto es⟧',
    '⟦US_SSN|564237172⟧ (social security number)',
    '[09:18] agent_kim: and the SIN for the tax form?\n[09:18] customer: ⟦NATIONAL_ID|217 762 053⟧',
    'What is your social?\n⟦US_SSN|536 22 8741⟧',
    'Patientin: ⟦PERSON|Ingeborg Tschirner⟧, geb. ⟦DATE_OF_BIRTH|04.11.1949⟧',
    'Her deputy, ⟦PERSON|Horst Kienle⟧, pointed to the new dam.',
    '  ⟦PERSON|Abena Frimpong⟧ | SSN ⟦US_SSN|228-11-9034⟧ | net 1,984.02',
    'We met ⟦PERSON|Rupert Halloran⟧, ⟦PERSON|Svetlana Petrovna⟧ and the press.',
    'Moro na ⟦ADDRESS|Rua das Laranjeiras 336, apto 502, Rio de Janeiro - RJ, 22240-005⟧.',
    'I gave my number, ⟦PHONE|07700 900612⟧, to the officer.',
    '"cnic": "⟦NATIONAL_ID|35202-1187441-1⟧"',
    'Name                 Tax number    Mobile\n⟦PERSON|Holloway, Jasper⟧     ⟦NATIONAL_ID|648 188 480⟧   ⟦PHONE|0491 570 157⟧',
    "RECIPIENT'S name ⟦PERSON|Thelma Oakridge⟧",
    'Our speaker is ⟦PERSON|Philomena Okafor⟧.\n⟦PERSON|OKAFOR⟧: Thank you.',
    `proxy_set_header X-Api-Key "⟦API_KEY|${HEX}a2feaa0c55ad0157⟧";`,
    `static TOKEN: &str = "⟦API_KEY|jHlXRf7KbNZkjZBMBLjHI44jr0FNhFwJ⟧";`,
    `val apiKey: String = "⟦API_KEY|jHlXRf7KbNZkjZBMBLjHI44jr0FNhFwJ⟧"`,
    `var token string = "⟦API_KEY|jHlXRf7KbNZkjZBMBLjHI44jr0FNhFwJ⟧"`,
    'Client::builder().basic_auth("svc", Some("⟦PASSWORD|Wharf.Tide.77⟧"))',
    "sshpass -p '⟦PASSWORD|Bramble&77⟧' ssh root@10.0.0.3",
    'WIFI:T:WPA;S:Guest-Net;P:⟦PASSWORD|orchard Gate 9⟧;;',
    `mailchimp=⟦API_KEY|${HEX}a2feaa0c55ad0157-us14⟧`,
    'pagerduty_key: ⟦API_KEY|u+gfGJN3uRK5bMmkQL3V⟧',
    'PresharedKey = ⟦API_KEY|dNhxQeIVAEjUcbv/HDpFWkTx9Swn9ct0MoYxo8RTRMI=⟧',
    'tom: and the api token?\nana: ⟦API_KEY|qtQBZ4nuJX4v0A9NAP7sBiaSEK5Z8egQAIqpkMRx⟧'.replaceAll('API_KEY', 'PASSWORD'),
    'card <b>⟦CREDIT_CARD|4539</b> <b>5787</b> <b>6362</b> <b>1486⟧</b>',
    'card **⟦CREDIT_CARD|4539** **5787** **6362** **1486⟧**',
    'cc ⟦CREDIT_CARD|4539|5787|6362|1486⟧',
    'card ⟦CREDIT_CARD|4\ufe0f\u20e35\ufe0f\u20e33\ufe0f\u20e39\ufe0f\u20e3 5787 6362 1486⟧',
    'card number ⟦CREDIT_CARD|four five three nine, five seven eight seven, six three six two, one four eight six⟧',
    'my ssn is ⟦US_SSN|five three six, double two, eight seven four one⟧',
    `blob 0x⟦API_KEY|${Buffer.from(`${HUB}aB3dE5gH7jK9aB3dE5mN2pQ4rS6tU8vW1xYY`).toString('hex')}⟧`,
    'mail: ⟦EMAIL|konrad.adler@\nweb.de⟧',
    '⟦EMAIL|h e i d i @ a l p e n . c h⟧',
    '⟦EMAIL|gregor @ waldhaus . at⟧ schreiben',
    '{"id":7,"name":{"first":"⟦PERSON|Nokuthula⟧","last":"⟦PERSON|Zwane⟧"}}',
    'Account name: Mr ⟦PERSON|R Okonjo⟧',
    'He came with his attorney ⟦PERSON|Marcy Goldblatt⟧ at ten.',
    '⟦US_SSN|536/22/8741⟧ is my social',
    `<span>⟦API_KEY|${HUB}aB3dE5gH7jK9</span><span>aB3dE5mN2pQ4rS6tU8vW1xYY⟧</span>`,
    'National Insurance number    ⟦NATIONAL_ID|QQ 12 34 56 C⟧\nYour name                    ⟦PERSON|Percival Ogden⟧\nYour postcode                TF3 4NT',
    'Key         Value\n---         -----\npassword    ⟦PASSWORD|Lichen_Stone6⟧\nusername    root',
    'id\tkey\tvalue\n1\tsmtp.host\tmail.corp.lan\n2\tsmtp.password\t⟦PASSWORD|Gravy+Boat5⟧',
    'Chave da API: ⟦API_KEY|2dcefdb27f28ff05c88c478eb404fda4⟧',
    '{"decisionMakers":["⟦PERSON|Hamish Dunbar⟧","⟦PERSON|Lourdes Echeverri⟧"]}',
    'laptop to ⟦ADDRESS|1052 Budapest, Váci utca 11⟧ please',
  ])('%s', (given) => {
    const { text, wanted } = marked(given);
    expect(found(text)).toEqual(wanted);
  });
});

describe('left alone', () => {
  it.each([
    '{"args":["login","--password","--user","ops"]}',
    'a:1:{s:8:"password";s:8:"optional";}',
    `sid = "AC0f11223344556677${HEX}"`,
    'Component.update.thisIsTheNameOfAMethodThatIsLong',
    'passwordKey: postgres-password',
    'ansible_user: root',
    'Write to Data Protection (⟦EMAIL|data.protection@corp-mail.com⟧).',
    'DE89.3704.0044.0532.0130.01',
    "label.setPassword('optional')",
    "ALTER USER app WITH PASSWORD '';\nGRANT SELECT ON shop.* TO 'report'@'%';",
    '{"form.ssn.hint":"Format: 123-45-6789"}',
    'password = random_password.db.result',
    'token bucket refilled: tokens=120 burst=240',
    '{"playlists":[{"id":3,"name":"Billie Holiday Essentials"}]}',
    '{"title":"The Life of Samuel Johnson","isbn":"9780140436624"}',
    'one two three four five six seven eight',
    'met @ office. In May, see notes @ home',
    'jira_key: PROJ-44120',
    ' PASS  src/auth/password2.test.ts\n FAIL  src/card/luhn4.test.ts',
    'token_accessor       H7516hl6w3fsA1f6YaoeDWMr',
    '{"shipment":{"awb":"020-12345675"}}',
    'password    The password to sign in with\nuser        Show users',
    'prices "4539", "5787", "6362", "1486"',
    '{"appId":"9f86d081884c7d659a2feaa0c55ad015"}',
    'https://deploy@git.corp.lan/app.git',
    '{"windows":[{"title":"Quarterly Report - Word","name":"Main Window"}],"user":"system"}',
    '[{"sku":"HM-22","name":"Herman Miller Aeron Chair","brand":"Herman Miller"}]',
    'Is the order number 564237172?\n564237172',
    '[{"question":"your social?"},{"order":"536228741"}]',
  ])('%s', (given) => {
    const { text, wanted } = marked(given);
    expect(found(text)).toEqual(wanted);
  });
});
