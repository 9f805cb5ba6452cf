/** The filters of the query bar: what is written where the cursor stands, and the filters that are complete. */

export interface Piece { text: string; name: string; value: string; start: number; end: number }

const FILTER = /(?<=^|\s)([a-zäöü]+):(?:"([^"]*)"?|(\S*))/gi;

/** Return the filters in a query, in their order; `names` are those that there are, as people write them. */
export function piecesOf(query: string, names: ReadonlySet<string>): Piece[] {
  const found: Piece[] = [];
  for (const match of query.matchAll(FILTER)) {
    const name = match[1]!.toLowerCase();
    if (!names.has(name)) continue;
    found.push({ text: match[0], name, value: match[2] ?? match[3] ?? '', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Return the query without a piece. */
export function without(query: string, piece: Piece): string {
  return (query.slice(0, piece.start).trimEnd() + ' ' + query.slice(piece.end).trimStart()).trim();
}

/** Return what is being written at the cursor: a filter with the beginning of its value, or the beginning of a word. */
export function writtenAt(query: string, cursor: number): { start: number; name: string | null; value: string } {
  const before = query.slice(0, cursor);
  const open = /(?:^|\s)([a-zäöü]+):"([^"]*)$/i.exec(before);
  if (open) return { start: cursor - open[1]!.length - 2 - open[2]!.length, name: open[1]!.toLowerCase(), value: open[2]! };
  const word = /\S*$/.exec(before)![0];
  const colon = word.indexOf(':');
  if (colon > 0) return { start: cursor - word.length, name: word.slice(0, colon).toLowerCase(), value: word.slice(colon + 1) };
  return { start: cursor - word.length, name: null, value: word };
}

/** Return a filter as it is written. */
export function written(name: string, value: string): string {
  return /\s/.test(value) ? `${name}:"${value}"` : `${name}:${value}`;
}
