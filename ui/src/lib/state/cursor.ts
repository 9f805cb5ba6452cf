/**
 * Positions in the event log, `epoch-xid-id` (the id is a UUID and holds dashes itself). A snapshot names the one
 * before which it was read, a frame its own.
 */
export function compareCursors(a: string, b: string): number {
  const [epochA, xidA, idA] = parts(a);
  const [epochB, xidB, idB] = parts(b);
  return epochA - epochB || (xidA < xidB ? -1 : xidA > xidB ? 1 : 0) || (idA < idB ? -1 : idA > idB ? 1 : 0);
}

// A transaction number has 64 bits, more than a double holds exactly.
function parts(cursor: string): [number, bigint, string] {
  const [, epoch = '0', xid = '0', id = ''] = /^(\d+)-(\d+)-?(.*)$/.exec(cursor) ?? [];
  return [Number(epoch), BigInt(xid), id];
}

/** Return the later of two positions; undefined is before all. */
export function laterCursor(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareCursors(a, b) >= 0 ? a : b;
}
