import names from './zone-names.json' with { type: 'json' };

/** A place's clock. */
export interface Zone {
  readonly name: string;
  /** Seconds east of UTC, and what the clock is called, at a time in milliseconds since 1970. */
  at(millis: number): { readonly offset: number; readonly abbreviation: string };
}

/** Coordinated universal time, which is also the local time of ESO's containers. */
export const utc: Zone = fixedZone('UTC', 0);

/** A clock with one offset; without an abbreviation it is called by the offset. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

/**
 * What clocks are called, from the smaller to the larger offset, with their zones: the state of 2024, made from the tz database.
 * Those under no name are called by their offset. JavaScript itself knows such names for few zones.
 */
const abbreviations = new Map(
  Object.entries(names).flatMap(([called, zones]) =>
    zones.split(' ').map((zone) => [zone, called === '' ? [] : called.split('/')] as const),
  ),
);

const zones = new Map<string, Zone>();

/** The zone of that name in the tz database, `UTC` or `Local`; undefined where there is none. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc;
  const called = abbreviations.get(name);
  if (called === undefined) return undefined;
  const known = zones.get(name) ?? makeZone(name, called);
  zones.set(name, known);
  return known;
}

function makeZone(name: string, called: readonly string[]): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const offsetAt = (millis: number) => {
    const text = format.formatToParts(millis).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds = '0'] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
    const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
    return sign === '-' ? -size : size;
  };
  const standard = Math.min(offsetAt(Date.UTC(2024, 0, 15)), offsetAt(Date.UTC(2024, 6, 15)));
  return {
    name,
    at(millis) {
      const offset = offsetAt(millis);
      const abbreviation = (offset > standard ? called[1] : called[0]) ?? offsetName(offset);
      return { offset, abbreviation };
    },
  };
}

function offsetName(offset: number): string {
  const size = Math.floor(Math.abs(offset) / 60);
  const minutes = size % 60 === 0 ? '' : String(size % 60).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}${minutes}`;
}
