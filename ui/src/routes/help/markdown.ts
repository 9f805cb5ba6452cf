/**
 * The part of Markdown that our own pages are written in, as HTML: headings, paragraphs, lists, tables, code, quotes and the marks
 * within a line. Everything is escaped first; links lead to other pages of the help, or out.
 */
export interface Page { title: string; html: string }

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

export function slug(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
}

/** Return where a link of a page leads: to a page of the help by its name, or to an address; null when it leads nowhere here. */
export function target(href: string, known: ReadonlySet<string>): string | null {
  if (/^https?:\/\//.test(href)) return href;
  if (href.startsWith('#')) return href;
  const [path, anchor] = href.split('#');
  const name = path!.split('/').pop()!.replace(/\.md$/, '');
  return known.has(name) ? `/help/${name}${anchor ? `#${anchor}` : ''}` : null;
}

function inline(text: string, known: ReadonlySet<string>): string {
  const codes: string[] = [];
  let html = escape(text).replace(/`([^`]+)`/g, (_, code: string) => `\u0001${codes.push(`<code>${code}</code>`) - 1}\u0001`);
  html = html.replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1');
  html = html.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (_, label: string, href: string) => {
    const to = target(href, known);
    const words = label || href.split('/').pop()!.replace(/\.md$/, '').replaceAll('-', ' ');
    if (to === null) return words;
    return /^https?:/.test(to) ? `<a href="${to}" target="_blank" rel="noopener noreferrer">${words}</a>` : `<a href="${to}">${words}</a>`;
  });
  html = html.replace(/&lt;(https?:\/\/[^&\s]+)&gt;/g, '<a href="$1" target="_blank" rel="noopener noreferrer">$1</a>');
  html = html.replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>').replace(/(^|[\s(])\*([^*\s][^*]*)\*/g, '$1<em>$2</em>');
  html = html.replace(/\{[a-z]+\}<code>/g, '<code>');
  return html.replace(/\u0001(\d+)\u0001/g, (_, n: string) => codes[Number(n)]!);
}

const cells = (line: string): string[] => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());

/** Return a page. `known`: the names of all pages. */
export function render(source: string, known: ReadonlySet<string>): Page {
  const lines = source.replace(/\r\n/g, '\n').split('\n');
  const out: string[] = [];
  let title = '';
  let i = 0;
  const starts = (line: string): boolean => /^(#{1,4} |```|:::|\||[-*] |\d+\. |> |$)/.test(line);

  function list(indent: number): string {
    const ordered = /^\s*\d+\. /.test(lines[i]!);
    const items: string[] = [];
    while (i < lines.length) {
      const found = /^(\s*)(?:[-*]|\d+\.) (.*)$/.exec(lines[i]!);
      if (!found || found[1]!.length < indent) break;
      if (found[1]!.length > indent) {
        items[items.length - 1] += list(found[1]!.length);
        continue;
      }
      let text = found[2]!;
      i++;
      while (i < lines.length && /^\s+\S/.test(lines[i]!) && !/^\s*(?:[-*]|\d+\.) /.test(lines[i]!)) text += ` ${lines[i++]!.trim()}`;
      items.push(inline(text, known));
      while (i + 1 < lines.length && lines[i] === '' && new RegExp(`^\\s{${indent}}(?:[-*]|\\d+\\.) `).test(lines[i + 1]!)) i++;
    }
    const tag = ordered ? 'ol' : 'ul';
    return `<${tag}>${items.map((item) => `<li>${item}</li>`).join('')}</${tag}>`;
  }

  while (i < lines.length) {
    const line = lines[i]!;
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    if (heading) {
      const level = heading[1]!.length;
      if (level === 1 && title === '') title = heading[2]!;
      else out.push(`<h${level} id="${slug(heading[2]!)}">${inline(heading[2]!, known)}</h${level}>`);
      i++;
    } else if (/^(```|:::)/.test(line)) {
      const fence = line.slice(0, 3);
      const isShown = !/\{(toctree|literalinclude)\}/.test(line);
      const code: string[] = [];
      i++;
      while (i < lines.length && !lines[i]!.startsWith(fence)) code.push(lines[i++]!);
      i++;
      if (isShown) out.push(fence === ':::' ? `<blockquote>${inline(code.join(' '), known)}</blockquote>` : `<pre tabindex="0"><code>${escape(code.filter((c) => !/^:\w+:/.test(c)).join('\n'))}</code></pre>`);
    } else if (/^ {4}\S/.test(line)) {
      const code: string[] = [];
      while (i < lines.length && (/^ {4}/.test(lines[i]!) || lines[i] === '')) code.push(lines[i++]!.slice(4));
      out.push(`<pre tabindex="0"><code>${escape(code.join('\n').trimEnd())}</code></pre>`);
    } else if (line.startsWith('|') && /^\|[\s:|-]+\|?$/.test(lines[i + 1] ?? '')) {
      const head = cells(line);
      i += 2;
      const rows: string[][] = [];
      while (i < lines.length && lines[i]!.startsWith('|')) rows.push(cells(lines[i++]!));
      out.push(`<div class="scroll" tabindex="0"><table class="table"><thead><tr>${head.map((cell) => `<th>${inline(cell, known)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${inline(cell, known)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`);
    } else if (/^\s*(?:[-*]|\d+\.) /.test(line)) {
      out.push(list(/^\s*/.exec(line)![0].length));
    } else if (line.startsWith('> ')) {
      const quote: string[] = [];
      while (i < lines.length && lines[i]!.startsWith('>')) quote.push(lines[i++]!.replace(/^> ?/, ''));
      out.push(`<blockquote>${inline(quote.join(' '), known)}</blockquote>`);
    } else if (line.trim() === '' || /^\(.*\)=$/.test(line)) {
      i++;
    } else {
      const words = [line];
      i++;
      while (i < lines.length && !starts(lines[i]!)) words.push(lines[i++]!);
      out.push(`<p>${inline(words.join(' '), known)}</p>`);
    }
  }
  return { title, html: out.join('\n') };
}
