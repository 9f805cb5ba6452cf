/** A plan of the simulator as the API takes it, and its numbers as people type them. */

export type Shape = 'exponential' | 'constant' | 'gamma' | 'lognormal';
export interface Spread { mean_s: number; shape?: Shape; cv?: number; zero?: number }
export interface PlannedArrivals {
  name: string; handling: Spread; per_minute?: number[]; period_minutes?: number; backlog?: number; patience?: Spread | null; queue?: string;
  skills?: Record<string, number>; prefers?: Record<string, number>; places?: string; units?: number; priority?: number; cost?: number;
  decay_s?: number | null; growth?: number; promise_s?: number | null; deferrable?: boolean; answer_within_s?: number; target?: number | null;
}
export interface PlannedStaff { count?: number; counts?: number[]; period_minutes?: number; queues?: string[]; skills?: Record<string, number>; units?: number }
export interface Kept { agents: number; queues?: string[]; units?: number }
export interface Plan {
  arrivals: PlannedArrivals[]; staff: PlannedStaff[]; reserves?: Kept[]; places?: Record<string, number>; day_cv?: number; empties?: boolean;
  minutes?: number; warm_up?: number; runs?: number; seed?: number;
}
/** A mean over runs and half the width of its 95 % interval; null for a single run. */
export interface Range { mean: number; half: number | null }
export interface ClassReport {
  name: string; mean_wait_s: Range; p50_s: Range; p90_s: Range; level: Range; abandoned: Range; blocked: Range; served_per_minute: Range;
  mean_queue: Range; load: Range; offered: Range;
}
export interface Report { classes: ClassReport[]; cost_rate: Range; runs: number }
export interface Target { name: string; target: number; level: Range; reached: boolean }
export interface Advice {
  way: 'erlang_c' | 'erlang_a' | 'simulation'; plan: Plan; people: number; targets: Target[]; report: Report; tries: number; complete: boolean;
}
export interface FittedPlan { plan: Plan; left_out: boolean }

/** Return numbers as one types them in a row, each as `typed` writes it; one is a plain number. */
export function writeNumbers(numbers: readonly number[], typed: (n: number) => string = String): string {
  return numbers.map(typed).join(' ');
}

/** Return the numbers of a row, decimals with point or comma, parted by spaces or semicolons; null when one of them is none. */
export function readNumbers(text: string): number[] | null {
  const words = text.split(/[\s;]+/).filter((word) => word !== '');
  const numbers = words.map((word) => Number(word.replace(',', '.')));
  return words.length > 0 && numbers.every((n) => Number.isFinite(n) && n >= 0) ? numbers : null;
}

/** Return skills as one types them: "english 2, sap 1". */
export function writeSkills(skills: Readonly<Record<string, number>>): string {
  return Object.entries(skills).map(([skill, level]) => `${skill} ${level}`).join(', ');
}

/** Return the skills of a row; a level that is not there is 1; null when a level is none from 1 to 5. */
export function readSkills(text: string): Record<string, number> | null {
  const found: Record<string, number> = {};
  for (const part of text.split(',').map((p) => p.trim()).filter((p) => p !== '')) {
    const [skill, level = '1', ...more] = part.split(/\s+/);
    if (!skill || more.length > 0 || !/^[1-5]$/.test(level)) return null;
    found[skill] = Number(level);
  }
  return found;
}

export function writeNames(names: readonly string[]): string {
  return names.join(', ');
}

/** Return the names of a row, parted by commas; null when there is none. */
export function readNames(text: string): string[] | null {
  const names = text.split(',').map((p) => p.trim()).filter((p) => p !== '');
  return names.length > 0 ? names : null;
}

/** Return the plan in a file. Throws SyntaxError for what is no JSON or no plan. */
export function readPlan(text: string): Plan {
  const plan: unknown = JSON.parse(text);
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
  if (typeof plan !== 'object' || plan === null || !('arrivals' in plan) || !('staff' in plan)) throw new SyntaxError('no plan');
  if (!isList(plan.arrivals) || !isList(plan.staff)) throw new SyntaxError('no plan');
  for (const arrivals of (plan as Plan).arrivals) {
    if (typeof arrivals.handling !== 'object' || arrivals.handling === null) throw new SyntaxError('no plan');
  }
  return complete(plan as Plan);
}

/** Return a plan in which everything that the form shows has its value. */
export function complete(plan: Plan): Plan {
  return {
    ...plan,
    day_cv: plan.day_cv ?? 0, empties: plan.empties ?? false, minutes: plan.minutes ?? 1_000, warm_up: plan.warm_up ?? 60, runs: plan.runs ?? 5,
    reserves: (plan.reserves ?? []).map((kept) => ({ ...kept, queues: kept.queues ?? ['main'], units: kept.units ?? 60 })),
    arrivals: plan.arrivals.map((a) => ({
      ...a, per_minute: a.per_minute ?? [], backlog: a.backlog ?? 0, queue: a.queue ?? 'main', skills: a.skills ?? {}, units: a.units ?? 60, cost: a.cost ?? 1,
      deferrable: a.deferrable ?? false, answer_within_s: a.answer_within_s ?? 20, target: a.target ?? null, patience: a.patience ?? null,
    })),
    staff: plan.staff.map((g) => ({ ...g, count: g.count ?? 0, counts: g.counts ?? [], queues: g.queues ?? ['main'], skills: g.skills ?? {}, units: g.units ?? 60 })),
  };
}

/** Tell whether a number that is needed was left empty. */
export function hasHoles(plan: Plan): boolean {
  const needed = [
    plan.minutes, plan.warm_up, plan.runs, plan.day_cv, ...(plan.reserves ?? []).flatMap((k) => [k.agents, k.units]),
    ...plan.arrivals.flatMap((a) => [a.handling.mean_s, a.cost, a.units, a.answer_within_s, a.patience ? a.patience.mean_s : 0]),
    ...plan.staff.map((g) => g.units),
  ];
  return needed.some((value) => value === null || value === undefined);
}

/** Tell whether two figures differ by more than chance: their intervals do not meet. */
export function differs(one: Range, other: Range): boolean {
  return one.half !== null && other.half !== null && Math.abs(one.mean - other.mean) > one.half + other.half;
}

/** Tell whether nobody of a class was served or gave up: then no wait has ended, and its length is not known. */
export function waitsOn(one: ClassReport): boolean {
  return one.served_per_minute.mean === 0 && one.abandoned.mean === 0;
}
