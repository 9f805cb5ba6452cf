import { describe, expect, it } from 'vitest';
import { render } from './markdown';
import { ASKED, groups, helpFor, NAMES, pageIn } from './pages';

const known = new Set(['rules', 'webhooks']);
const html = (source: string): string => render(source, known).html;

describe('the help', () => {
  it('shows text as text: what looks like HTML is none', () => {
    expect(html('A <script>alert(1)</script> & more')).toBe('<p>A &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>');
    expect(html('[x](javascript:alert(1))')).not.toContain('href');
    expect(html('`<b>` **bold** and *so*')).toBe('<p><code>&lt;b&gt;</code> <strong>bold</strong> and <em>so</em></p>');
  });

  it('leads to its own pages and out, and nowhere else', () => {
    expect(html('see [rules](rules.md#then) and [events](../reference/events.md)')).toBe('<p>see <a href="/help/rules#then">rules</a> and events</p>');
    expect(html('[W](https://w.example/)')).toContain('target="_blank"');
  });

  it('knows headings, lists in lists, tables and code', () => {
    expect(render('# One\n\n## Two words', known)).toEqual({ title: 'One', html: '<h2 id="two-words">Two words</h2>' });
    expect(html('- a\n  and b\n- c\n  - d')).toBe('<ul><li>a and b</li><li>c<ul><li>d</li></ul></li></ul>');
    expect(html('| A | B |\n|---|---|\n| 1 | `x` |')).toContain('<td><code>x</code></td>');
    expect(html('```console\n$ make <x>\n```')).toBe('<pre tabindex="0"><code>$ make &lt;x&gt;</code></pre>');
  });

  it('has every page that a page of the desk names, and each comes out as one', async () => {
    for (const path of ['/work', '/settings/rules', '/settings/webhooks', '/settings/audit', '/settings/retention', '/people/users', '/channels/new/email', '/start', '/search', '/nowhere']) {
      expect(NAMES).toContain(helpFor(path));
    }
    expect(NAMES.size).toBeGreaterThan(25);
    expect(NAMES).not.toContain('index');
    for (const locale of ['en', 'de']) {
      for (const name of NAMES) {
        const leaf = pageIn(name, locale)!;
        const page = render(await leaf.load(), NAMES);
        expect(page.title, name).toBe(leaf.title);
        expect(page.html.length, name).toBeGreaterThan(200);
      }
    }
  });

  it('is German for a German desk on every page that one of its pages leads to', () => {
    // A page that came with what was built last may be waiting for its translation.
    expect(ASKED.size).toBeGreaterThan(35);
    expect([...ASKED].filter((name) => pageIn(name, 'de')?.locale !== 'de').length).toBeLessThan(3);
    expect(pageIn('rules', 'en')?.locale).toBe('en');
    // What is not translated is there all the same, and says in which language.
    expect(pageIn('test-a-connector', 'de')?.locale).toBe('en');
    expect(pageIn('nowhere', 'de')).toBeUndefined();
    for (const { pages } of groups('de')) expect(pages.map((one) => one.locale)).toEqual([...pages.map((one) => one.locale)].sort());
  });
});
