// A pack as one page for people: readable, printable, nothing loaded from anywhere, no script. Everything in it is escaped (markup.ts).
import type { Statement } from './facts.ts';
import { html, type Markup } from './markup.ts';
import type { EvidencePack, PackedEntry } from './pack.ts';

const KIND_TEXT = { shown: 'shown', gap: 'gap', outside: 'not for a gateway to show' } as const;

export function packPage(pack: EvidencePack): string {
  const { title, about, organization, from, to, madeAt, sections, entries, calls, checkpoint, gaps } = pack;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evidence: ${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
.asks { color: #555; font-style: italic; }
.statement { border-left: 4px solid #2a7; padding: .1rem 0 .1rem 1rem; margin: 1rem 0; break-inside: avoid; }
.statement.gap { border-color: #b40; } .statement.outside { border-color: #999; }
.kind { font-size: .8rem; font-weight: 600; text-transform: uppercase; }
.refs, .note { font-size: .9rem; color: #555; }
table { border-collapse: collapse; margin: .5rem 0; } td, th { text-align: left; padding: .1rem .8rem .1rem 0; vertical-align: top; } td.n { text-align: right; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: .6rem; font-size: .8rem; }
code { overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } a { color: inherit; } pre { break-inside: auto; } }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>Organization <strong>${organization}</strong>, ${from} to ${to}. Made ${madeAt}.</p>
<p>${about}</p>
<p>Each statement is computed from the audit log and from the objects in force at the end of the period; the entries behind it stand below, each with a proof. What is missing is said: <a href="#gaps">${gaps} gaps</a>.</p>
${sections.map(
  (section) => html`<section id="${section.id}">
<h2>${section.title}</h2>
<p class="asks">${section.asks}</p>
${section.statements.map(statement)}
</section>
`,
)}
<section id="gaps">
<h2>Gaps</h2>
${gapList(pack)}
</section>
<section id="check">
<h2>How to check this</h2>
<p>The files beside this page are checked without the gateway, by <code>sallyport verify --proof FILE --key KEY</code> or the verifier in Python. Take KEY from where you have it already; the log says it is:</p>
<ul>${pack.keys.map((key) => html`<li><code>${key}</code></li>`)}</ul>
<p>The same data for programs: <a href="pack.json">pack.json</a>. The checkpoint: <a href="checkpoint.txt">checkpoint.txt</a>, ${checkpoint.size} entries.</p>
${
  calls.length === 0
    ? undefined
    : html`<p>Some calls with everything that belongs to them (entries, rules and definition in force):</p>
<ul>${calls.map(({ call, what, file }) => html`<li>${what}: <a href="${file}">${call}</a></li>`)}</ul>`
}
<p class="note">The numbers count every entry of the period; to count them again, export the log (<code>sallyport log export</code>), verify it, and count.</p>
</section>
<section id="entries">
<h2>Entries</h2>
${entries.map(entry)}
</section>
</main>
</body>
</html>
`;
  return page.text;
}

function statement({ id, kind, text, rows, entries, objects }: Statement): Markup {
  return html`<div class="statement ${kind}" data-statement="${id}">
<div class="kind">${KIND_TEXT[kind]}</div>
<p>${text}</p>
${rows === undefined ? undefined : html`<table>${rows.map(([name, count]) => html`<tr><td>${name}</td><td class="n">${count}</td></tr>`)}</table>`}
${entries.length === 0 ? undefined : html`<p class="refs">Entries, the first and last: ${entries.map((seq) => html`<a href="#entry-${seq}">${seq}</a> `)}</p>`}
${objects === undefined ? undefined : html`<p class="refs">Objects: ${objects.map((name) => html`<code>${name}</code> `)}</p>`}
</div>
`;
}

function gapList({ sections }: EvidencePack): Markup {
  const rows = sections.flatMap(({ id, title, statements }) =>
    statements.filter(({ kind }) => kind === 'gap').map((one) => html`<li><a href="#${id}">${title}</a>: ${one.text}</li>\n`),
  );
  return rows.length === 0 ? html`<p>None that the gateway can see.</p>` : html`<ul>${rows}</ul>`;
}

function entry({ seq, line, file }: PackedEntry): Markup {
  const { content, hash } = JSON.parse(line) as { content: unknown; hash: string };
  return html`<div id="entry-${seq}">
<h3>Entry ${seq}</h3>
<p class="refs">Hash <code>${hash}</code>, proof in <a href="${file}">${file}</a></p>
<pre>${escapedLines(JSON.stringify(content, null, 2))}</pre>
</div>
`;
}

/** Line ends of our own making stay line ends. */
function escapedLines(text: string): Markup[] {
  return text.split('\n').map((line) => html`${line}\n`);
}
