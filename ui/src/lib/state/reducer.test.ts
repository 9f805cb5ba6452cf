import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../api/types';
import { compareCursors, laterCursor } from './cursor';
import { applyFrame, applyViews, emptyState, type DeskState } from './reducer';

const FRAMES = new URL('../../../../tests/fixtures/frames/', import.meta.url);

const lines = (name: string): Frame[] =>
  readFileSync(new URL(name, FRAMES), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Frame);

/** The state as plain JSON, as the files beside the frames hold it. */
function plain(state: DeskState): unknown {
  return Object.fromEntries(Object.entries(state).map(([kind, held]) => [kind, Object.fromEntries(held as Map<string, unknown>)]));
}

function folded(frames: Frame[]): DeskState {
  const state = emptyState();
  for (const frame of frames) applyFrame(state, frame);
  return state;
}

const recordings = readdirSync(FRAMES).filter((name) => name.endsWith('.jsonl'));

// The server folds the same files (service/desk_state.py): what the desk holds is what the server says it holds.
describe('recorded frames', () => {
  it('are there', () => expect(recordings.length).toBeGreaterThanOrEqual(5));

  it.each(recordings)('%s folds to the state beside it', (name) => {
    const wanted: unknown = JSON.parse(readFileSync(new URL(name.replace('.jsonl', '.state.json'), FRAMES), 'utf8'));
    expect(plain(folded(lines(name)))).toEqual(wanted);
  });

  it.each(recordings)('%s in order, each frame twice, folds to the same as once', (name) => {
    const frames = lines(name);
    expect(plain(folded(frames.flatMap((f) => [f, f])))).toEqual(plain(folded(frames)));
  });

  it('of one enquiry fold to the same from any snapshot on the way', () => {
    const frames = lines('there_and_back.jsonl');
    const wanted = plain(folded(frames));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: frames.length - 1 }), fc.integer({ min: 0, max: frames.length - 1 }), (read, overlap) => {
        // A snapshot holds all frames up to `read`; the stream was opened `overlap` frames earlier.
        const before = folded(frames.slice(0, read));
        const state = emptyState();
        applyViews(state, {
          work: [...before.work.values()], messages: [...before.messages.values()], offers: [...before.offers.values()],
          agents: [...before.agents.values()], customers: [...before.customers.values()],
        }, frames[read]!.cursor);
        for (const frame of frames.slice(Math.max(0, read - overlap))) applyFrame(state, frame);
        expect(plain(state)).toEqual(wanted);
      }),
    );
  });
});

describe('a snapshot that was read before a removal', () => {
  const [first] = lines('there_and_back.jsonl');
  const work = first!.work!;
  const id = work[0]!.interaction.id;
  const removal: Frame = { type: 'interaction.changed', v: 1, cursor: '1-200-x', gone: { work: [id] } };

  it('does not bring back what has gone', () => {
    const state = folded([first!, removal]);
    applyViews(state, { work }, '1-150-x');
    expect(state.work.has(id)).toBe(false);
  });
  it('brings it back when it was read later', () => {
    const state = folded([first!, removal]);
    applyViews(state, { work }, '1-201-x');
    expect(state.work.has(id)).toBe(true);
  });
});

describe('cursors', () => {
  it('compare by epoch, then transaction as a number, then id', () => {
    const sorted = ['1-9-b', '1-10-a', '1-18446744073709551615-a', '2-1-a', '2-1-b'];
    expect([...sorted].reverse().sort(compareCursors)).toEqual(sorted);
    expect(laterCursor(undefined, '1-1-a')).toBe('1-1-a');
    expect(laterCursor('1-10-a', '1-9-a')).toBe('1-10-a');
  });
});
