/** One line of the result. Whether a goal is met follows from the numbers; nobody writes it. */

/** What has to hold. `of`: which number of the row; where the design gives two conditions, a row has two goals. */
export interface Goal {
  readonly of: 'value' | 'ratio';
  readonly is: '<' | '<=' | '>=';
  readonly limit: number;
}

/** A measured line before it is judged. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same unit, measured in the same run; null where there is nothing to compare with. */
  readonly floor: number | null;
  /** What the floor is, or why there is none. */
  readonly floorIs: string;
  /** A ratio taken in pairs is given; otherwise it is value / floor. */
  readonly ratio?: number;
  readonly goal: Goal | null;
  /** What else was seen: sizes, spreads, conditions. */
  readonly note?: string;
}

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly ratio: number | null;
  /** In words: `ratio <= 1.3`; null = for information. */
  readonly goal: string | null;
  /** Null where there is no goal. */
  readonly met: boolean | null;
  readonly floorIs: string;
  readonly note: string | null;
}

/** Judges a measured line. */
export function judged(measured: Measured): Row {
  const { name, value, unit, floor, floorIs, goal } = measured;
  const ratio = measured.ratio ?? (floor === null || floor === 0 ? null : value / floor);
  return {
    name,
    value: rounded(value),
    unit,
    floor: floor === null ? null : rounded(floor),
    ratio: ratio === null ? null : rounded(ratio),
    goal: goal === null ? null : `${goal.of} ${goal.is} ${goal.limit}`,
    met: goal === null ? null : holds(goal, goal.of === 'value' ? value : ratio),
    floorIs,
    note: measured.note ?? null,
  };
}

function holds({ is, limit }: Goal, seen: number | null): boolean {
  if (seen === null || Number.isNaN(seen)) return false;
  switch (is) {
    case '<':
      return seen < limit;
    case '<=':
      return seen <= limit;
    case '>=':
      return seen >= limit;
    default:
      return is satisfies never;
  }
}

/** Three digits that mean something. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
