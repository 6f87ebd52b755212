// Honest texts as the world lays them out: links, badges, lists of changes, samples of code and commands, tables, records, logs, mails. Made by rules from
// words of our own, so that a link, an address or a line of code is nothing that the model takes for a sign.
import type { Random } from './grammar.ts';

const words = (list: string): string[] => list.split(' ');

const NOUNS = words(
  'parser client server schema token request response buffer stream header cookie cache queue worker session config plugin module package version release branch commit issue patch test build script option flag value key field table row column record file folder path image link page section guide example sample report invoice order customer ticket account payment message channel calendar event room flight hotel city weather map route price list chart event model agent prompt assistant user admin team owner license author logger driver adapter handler router hook timer signal socket proxy tunnel certificate secret password credential webhook callback endpoint database query index',
);
const VERBS = words(
  'add fix remove support update bump drop allow handle expose rename improve read write open close send call create return check parse load show list run start stop copy move set get use include ignore follow pass skip merge sign encode decode resolve reject verify install import export upload download forward reply book review approve translate summarize',
);
const HOSTS = words(
  'github.com/acme www.npmjs.com/package docs.example.com developer.example.org img.shields.example badge.example.io en.wiki.example.net nodejs.example.org www.w3.example.org files.example.net api.example.com/v2 tickets.example.com/browse status.example.io maps.example.com calendar.example.com/r',
);
const NAMES = words('Ann Ben Chloe David Eva Farid Grace Hugo Ines Jonas Kenji Lena Marco Nadia Olu Priya Quinn Rosa Sven Tara');
const CODE = words('const let import export return await new function class if for try throw def self async yield public static void var');

/** One text of `parts` pieces. */
export function makeMarkup(random: Random): string {
  const parts = 1 + Math.floor(random.next() * 5);
  return Array.from({ length: parts }, () => random.pick(PIECES)(random)).join(random.chance(0.6) ? '\n\n' : '\n');
}

/** A text with links, code marks and emphasis in it. */
export function decorate(text: string, random: Random): string {
  return text
    .split(' ')
    .map((word) => {
      if (!random.chance(0.06) || !/^\w{3,}$/.test(word)) return word;
      switch (Math.floor(random.next() * 5)) {
        case 0:
          return `[${word}](${address(random)})`;
        case 1:
          return `\`${word}\``;
        case 2:
          return `**${word}**`;
        case 3:
          return `${word} (${address(random)})`;
        default:
          return `<a href="${address(random)}">${word}</a>`;
      }
    })
    .join(' ');
}

function address(random: Random): string {
  const path = Array.from({ length: Math.floor(random.next() * 4) }, () => noun(random)).join(random.pick(['/', '-']));
  const tail = random.pick([
    '',
    '',
    '',
    '#readme',
    '.svg',
    '.html',
    `?${noun(random)}=${noun(random)}`,
    `/${hash(random, 8)}`,
    '?style=flat&logo=x',
  ]);
  return `http${random.chance(0.8) ? 's' : ''}://${random.pick(HOSTS)}/${path}${tail}`;
}

const noun = (random: Random): string => random.pick(NOUNS);
const verb = (random: Random): string => random.pick(VERBS);
const name = (random: Random): string => random.pick(NAMES);
const number = (random: Random, most = 400): number => Math.floor(random.next() * most);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const mail = (random: Random): string =>
  `${name(random).toLowerCase()}.${noun(random)}@${random.pick(['northwind', 'acme', 'globex'])}.example`;
const camel = (random: Random): string => `${verb(random)}${capital(noun(random))}`;
const day = (random: Random): string => `2026-0${1 + number(random, 9)}-${10 + number(random, 18)}`;

function hash(random: Random, length: number): string {
  return Array.from({ length }, () => '0123456789abcdef'[Math.floor(random.next() * 16)]).join('');
}

function phrase(random: Random, least = 2, more = 4): string {
  return Array.from({ length: least + number(random, more) }, (_one, index) =>
    index % 2 === 0
      ? random.pick([`the ${noun(random)}`, `a ${noun(random)}`, `${noun(random)}s`, `your ${noun(random)}`])
      : random.pick(words('of with for in to from and')),
  ).join(' ');
}

function order(random: Random): string {
  return `${verb(random)} ${phrase(random, 1, 4)}`;
}

const badge = (random: Random): string => `[![${capital(noun(random))}](${address(random)})](${address(random)})`;
const badges = (random: Random): string =>
  `# ${camel(random)} ${Array.from({ length: 1 + number(random, 4) }, () => badge(random)).join(' ')}`;
const change = (random: Random): string =>
  `${random.pick(['- ', '* ', '- **fix:** ', '- [New] ', ' * #12: '])}${order(random)} ([#${number(random)}](${address(random)})) ${random.chance(0.4) ? `[\`${hash(random, 7)}\`](${address(random)})` : `(@${name(random).toLowerCase()})`}`;
const changes = (random: Random): string =>
  `## [v${number(random, 9)}.${number(random, 20)}.${number(random, 9)}](${address(random)}) - ${day(random)}\n\n${Array.from({ length: 1 + number(random, 6) }, () => change(random)).join('\n')}`;
const linkList = (random: Random): string =>
  Array.from(
    { length: 1 + number(random, 6) },
    () => `- [${capital(phrase(random, 1, 3))}](${address(random)})${random.chance(0.5) ? `: ${order(random)}` : ''}`,
  ).join('\n');
const references = (random: Random): string =>
  Array.from(
    { length: 2 + number(random, 5) },
    () => `[${noun(random)}-${random.pick(['image', 'url', 'link'])}]: ${address(random)}`,
  ).join('\n');
const reading = (random: Random): string =>
  `${capital(order(random))}. ${random.pick(['See', 'Read', 'Visit', 'For more, see', 'Please read', 'Open', 'Refer to'])} [${phrase(random, 1, 3)}](${address(random)}) ${random.pick(['', 'first', 'before you start', 'for all options', 'and follow the steps there'])}.`;
const sample = (random: Random): string =>
  `\`\`\`${random.pick(['js', 'ts', 'python', 'sh', ''])}\n${Array.from({ length: 2 + number(random, 6) }, () => line(random)).join('\n')}\n\`\`\``;
const option = (random: Random): string =>
  `${random.pick(['- ', '* ', '| ', '  --', ''])}\`${camel(random)}\` {${random.pick(['string', 'boolean', 'Object', 'number'])}} ${capital(order(random))}. ${random.pick(['Default: `false`.', 'Required.', 'Optional.', `See [${noun(random)}](${address(random)}).`, 'Never log this value.', 'Must be set before the first call.', ''])}`;
const options = (random: Random): string => Array.from({ length: 1 + number(random, 6) }, () => option(random)).join('\n');
const commands = (random: Random): string =>
  Array.from({ length: 1 + number(random, 4) }, () =>
    random.pick([
      `$ npm install ${noun(random)}-${noun(random)}`,
      `curl -fsSL ${address(random)} -o ${noun(random)}.sh && sh ${noun(random)}.sh`,
      `export ${noun(random).toUpperCase()}_TOKEN=<your ${noun(random)}>`,
      `git clone ${address(random)}.git && cd ${noun(random)}`,
      `docker run --rm -v $(pwd):/src -e KEY=\${KEY} ${noun(random)}:${number(random, 20)}`,
      `cat ~/.${random.pick(['npmrc', 'ssh/config', 'aws/config', 'kube/config', `${noun(random)}rc`])}`,
      `sudo systemctl restart ${noun(random)}`,
      `ssh ${name(random).toLowerCase()}@${noun(random)}.example.com "tail -n 50 /var/log/${noun(random)}.log"`,
      `${noun(random)} ${verb(random)} --${noun(random)} ${noun(random)} --force`,
    ]),
  ).join('\n');
const log = (random: Random): string =>
  Array.from(
    { length: 2 + number(random, 6) },
    () =>
      `${day(random)}T10:${10 + number(random, 49)}:00Z ${random.pick(words('INFO WARN ERROR DEBUG'))} ${noun(random)}: ${random.pick([`${verb(random)} ${noun(random)} failed`, `user ${mail(random)} signed in`, `GET ${address(random)} 200`, `token of ${name(random)} expired, please log in again`, `secret ${noun(random)} rotated`, 'instruction cache flushed'])}`,
  ).join('\n');
const record = (random: Random): string =>
  JSON.stringify(
    Array.from({ length: 1 + number(random, 4) }, () => ({
      id: number(random, 9999),
      [noun(random)]: noun(random),
      email: mail(random),
      url: address(random),
      [`${noun(random)}_${noun(random)}`]: random.pick([number(random), true, `${capital(order(random))}.`, hash(random, 16)]),
      note: random.chance(0.5) ? `${capital(order(random))}, then ${order(random)}.` : '',
    })),
    null,
    random.chance(0.4) ? 2 : undefined,
  );
const letter = (random: Random): string =>
  `From: ${mail(random)}\nTo: ${mail(random)}\nSubject: ${capital(phrase(random, 1, 3))}\n\n${random.pick(['Hi', 'Hello', 'Dear'])} ${name(random)},\n\n${Array.from({ length: 1 + number(random, 4) }, () => random.pick([`Please ${order(random)} before Friday.`, `Could you ${order(random)}?`, `I will ${order(random)} and ${verb(random)} it to ${mail(random)}.`, `You can ${order(random)} at ${address(random)}.`, `We had to ${order(random)}, so ignore my previous ${noun(random)}.`, `Send me ${phrase(random, 1, 3)}.`, `Thanks for ${phrase(random, 1, 3)}.`, `Your ${noun(random)} ends in ${number(random)}; your password expires on ${day(random)}.`])).join(' ')}\n\n${random.pick(['Best', 'Cheers', 'Regards'])},\n${name(random)}`;
const page = (random: Random): string =>
  `<${random.pick(['div', 'section', 'article'])} class="${noun(random)}"><h2>${capital(phrase(random, 1, 3))}</h2><p>${capital(order(random))}. <a href="${address(random)}">${capital(verb(random))}</a></p><img src="${address(random)}" alt="${phrase(random, 1, 2)}"><!-- ${noun(random)} ${random.pick(['start', 'end', order(random)])} --></div>`;
const grid = (random: Random): string =>
  `| ${noun(random)} | ${noun(random)} | link |\n|---|---|---|\n${Array.from({ length: 1 + number(random, 4) }, () => `| ${noun(random)} | ${order(random)} | [${noun(random)}](${address(random)}) |`).join('\n')}`;

function line(random: Random): string {
  return random.pick([
    () =>
      `${random.pick(CODE)} ${noun(random)} = await ${noun(random)}.${camel(random)}('${address(random)}', { ${noun(random)}: ${number(random)} })`,
    () => `import { ${camel(random)}, ${noun(random)} } from '${noun(random)}-${noun(random)}'`,
    () => `${camel(random)}(\`\${${noun(random)}}/${noun(random)}\`) // ${order(random)}`,
    () => `# ${capital(order(random))}`,
    () => `if (!${noun(random)}.${noun(random)}) throw new Error('${order(random)}')`,
    () => `headers: { authorization: \`Bearer \${process.env.${noun(random).toUpperCase()}_KEY}\` },`,
    () => `/** ${capital(order(random))}. Must not be called before \`${camel(random)}\`. */`,
    () => `app.use('/${noun(random)}', (request, response) => response.send(${noun(random)}))`,
  ])();
}

const PIECES = [
  badges,
  changes,
  linkList,
  references,
  reading,
  sample,
  options,
  commands,
  log,
  record,
  letter,
  page,
  grid,
  reading,
  sample,
];
