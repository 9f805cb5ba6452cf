/** One's own figures as the API shows them. */
export interface OwnSpan {
  begins: string; handled: number; media: Record<string, number>; median_response_s: number | null; within: number | null;
  codes: Record<string, number>;
}

export interface OwnFigures { today: OwnSpan; weeks: OwnSpan[]; zone: string }
