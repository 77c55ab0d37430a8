/** The pieces of Go's layouts, longest first where one begins another. */
const piece =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])/g;

/** A piece of a layout and the text before it. */
export interface LayoutPart {
  readonly before: string;
  /** Empty at the end of the layout. */
  readonly piece: string;
}

/** The parts of a layout in order; the last has no piece. */
export function layoutParts(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const match of layout.matchAll(piece)) {
    parts.push({ before: layout.slice(at, match.index), piece: match[0] });
    at = match.index + match[0].length;
  }
  return [...parts, { before: layout.slice(at), piece: '' }];
}

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
