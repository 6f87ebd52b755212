// What is put into markup stays text: no tag, no attribute, no entity, nothing unseen.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from './markup.ts';

describe('html', () => {
  it('escapes every part that is not markup, in texts and in attributes', () => {
    const bad = `"><script>alert('x')</script>&amp;\u202e\u0000\ud800\n`;
    expect(html`<p title="${bad}">${bad}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\\u{202e}\\u{0}\ufffd\\u{a}">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\\u{202e}\\u{0}\ufffd\\u{a}</p>',
    );
  });

  it('keeps markup, lists of markup and nothing', () => {
    expect(html`<ul>${[html`<li>${'<'}</li>`, undefined, html`<li>${2}</li>`]}</ul>${undefined}`.text).toBe(
      '<ul><li>&lt;</li><li>2</li></ul>',
    );
  });

  it('never lets a text through that a parser would read as something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: out } = html`${text}`;
        expect(out).not.toMatch(/[<>"'`\p{Cc}\p{Cf}]/u);
        expect(out.replaceAll(/&(?:amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
      }),
    );
  });
});
