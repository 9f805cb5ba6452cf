import { describe, expect, it } from 'vitest';
import { emptyRow, moods, ordered, pages, shortSpan, thresholdOf, wallFrom, worstOf, type Threshold, type WallRow } from './wall';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const HOUSE: Threshold = { queue_id: null, waiting_warn: 10, waiting_alarm: 25, longest_warn_s: 600, longest_alarm_s: 3_600, level_warn: 0.8, level_alarm: 0.6 };
const row = (key: string, facts: Partial<WallRow>): WallRow => ({ ...emptyRow(key), ...facts });

describe('a figure is judged by its thresholds', () => {
  it.each([
    [{ waiting: 9 }, 'calm'], [{ waiting: 10 }, 'warn'], [{ waiting: 25 }, 'alarm'],
    [{ longest_since: '2026-11-02T09:51:00Z' }, 'calm'], [{ longest_since: '2026-11-02T09:50:00Z' }, 'warn'], [{ longest_since: '2026-11-02T08:00:00Z' }, 'alarm'],
    [{ level: 0.81 }, 'calm'], [{ level: 0.8 }, 'warn'], [{ level: 0.6 }, 'alarm'], [{ level: null }, 'calm'],
  ])('%o is %s', (facts, worst) => {
    expect(moods(row('q', facts as Partial<WallRow>), HOUSE, NOW).worst).toBe(worst);
  });

  it('has no opinion without thresholds', () => {
    expect(moods(row('q', { waiting: 999, level: 0 }), undefined, NOW).worst).toBe('calm');
  });

  it('uses the queue’s own thresholds before the house’s', () => {
    const own: Threshold = { ...HOUSE, queue_id: 'q', waiting_warn: 1, waiting_alarm: 2 };
    expect(moods(row('q', { waiting: 2 }), thresholdOf([HOUSE, own], 'q'), NOW).waiting).toBe('alarm');
    expect(moods(row('r', { waiting: 2 }), thresholdOf([HOUSE, own], 'r'), NOW).waiting).toBe('calm');
    expect(worstOf([row('q', { waiting: 2 }), row('r', {})], [HOUSE, own], NOW)).toEqual({ waiting: 'alarm', longest: 'calm', level: 'calm', worst: 'alarm' });
  });
});

it('shows what is worst first', () => {
  const rows = [row('a', { waiting: 1 }), row('b', { waiting: 12 }), row('c', { level: 0.1 }), row('d', { waiting: 3 })];
  expect(ordered(rows, [HOUSE], NOW, (one) => one.key).map((one) => one.key)).toEqual(['c', 'b', 'd', 'a']);
});

it('cuts rows into pages and loses none', () => {
  expect(pages([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(pages([], 2)).toEqual([]);
});

it('puts a wallboard together from the values of its topic', () => {
  expect(wallFrom(new Map(), 'now')).toBeNull();
  const values = new Map<string, unknown>([['total', emptyRow('all')], ['queues/q', emptyRow('q')], ['skills/french', emptyRow('french')], ['thresholds', [HOUSE]]]);
  const wall = wallFrom(values, 'now')!;
  expect([wall.queues.length, wall.skills.length, wall.channels.length, wall.thresholds.length]).toEqual([1, 1, 0, 1]);
});

it.each([[null, '–'], [5, '0:05'], [65, '1:05'], [3_900, '1 h 05'], [90_000, '1 Tg.']])('%s seconds are %s', (seconds, words) => {
  expect(shortSpan(seconds, 'de')).toBe(words);
});
