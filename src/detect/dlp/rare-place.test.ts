// Values at places of their own kind: options of a command in a list, serialized pairs, literals put together, names beside their address, and what
// looks like each of them. Values are invented; what a scanner of repositories would report is put together here.
import { describe, expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

/** `⟦TYPE|value⟧` marks what must be found, all of it and nothing else. */
function marked(text: string): { text: string; wanted: string[] } {
  const wanted: string[] = [];
  const plain = text.replace(/⟦([A-Z_]+)\|([^⟧]*)⟧/g, (_all, type: string, value: string) => {
    wanted.push(`${type} ${value}`);
    return value;
  });
  return { text: plain, wanted };
}

function found(text: string): string[] {
  return scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}

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
