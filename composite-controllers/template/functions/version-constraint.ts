import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { comparePre, compareVersions, maxVersion, parseVersion, type Version } from './version.ts';

/** One comparison, such as `>=1.2`; what the version leaves open is told beside it. */
interface Constraint {
  readonly operator: string;
  readonly version: Version;
  readonly open: 'none' | 'patch' | 'minor' | 'major';
}

const version =
  'v?([0-9|xX*]+)(\\.[0-9|xX*]+)?(\\.[0-9|xX*]+)?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const bare = version.replaceAll('(', '(?:').replaceAll('(?:?:', '(?:');
const operators = '(?:=||!=|>|<|>=|=>|<=|=<|~|~>|\\^)';
const space = '[\\t\\n\\f\\r ]';

const range = new RegExp(`${space}*(${bare})${space}+-${space}+(${bare})${space}*`, 'g');
const valid = new RegExp(
  `^${space}*${operators}${space}*${bare}${space}*(?:(?:${space}+|,${space}*)${operators}${space}*${bare}${space}*)*$`,
);
// Longest first here: one that is followed by more of an operator would find no version behind it.
const one = new RegExp(`(!=|>=|=>|<=|=<|~>|=|>|<|~|\\^|)${space}*(?:${version})`, 'g');

/** What checks versions against the alternatives of a constraint; undefined where it is not valid. */
export function satisfies(text: ByteText): ((version: Version) => boolean) | undefined {
  if (text.length > maxVersion) return undefined;
  const alternatives: Constraint[][] = [];
  // Long runs of space would be looked at again and again.
  for (const part of withoutRanges(text.replace(/[\t\n\f\r ]+/g, ' ')).split('||')) {
    if (!valid.test(part)) return undefined;
    const constraints = [...part.matchAll(one)].map(parseOne);
    const known = constraints.filter((constraint) => constraint !== undefined);
    if (known.length < constraints.length) return undefined;
    alternatives.push(known);
  }
  return (candidate) => alternatives.some((constraints) => meetsAll(candidate, constraints));
}

/** `1.2 - 1.4` as two comparisons. */
function withoutRanges(text: ByteText): ByteText {
  return text.replace(range, (_, low: string, high: string) => `>= ${low}, <= ${high} `);
}

const isAny = (part: string) => part === '' || /^\.?[xX*]$/.test(part);

function parseOne(match: RegExpExecArray): Constraint | undefined {
  const [, operator = '', major = '', minor = '', patch = '', pre = ''] = match;
  const [open, text] = isAny(major)
    ? (['major', `0.0.0${pre}`] as const)
    : isAny(minor)
      ? (['minor', `${major}.0.0${pre}`] as const)
      : isAny(patch)
        ? (['patch', `${major}${minor}.0${pre}`] as const)
        : (['none', match[0].slice(operator.length).replace(/^[\t\n\f\r ]+/, '')] as const);
  const parsed = parseVersion(text);
  return parsed === undefined ? undefined : { operator, version: parsed, open };
}

/** A prerelease is only looked at where some constraint of the alternative names one. */
function meetsAll(candidate: Version, constraints: readonly Constraint[]): boolean {
  if (candidate.pre !== '' && constraints.every(({ version }) => version.pre === '')) return false;
  return constraints.every((constraint) => meets(candidate, constraint));
}

function meets(candidate: Version, constraint: Constraint): boolean {
  const { operator, version, open } = constraint;
  const order = compareVersions(candidate, version);
  switch (operator) {
    case '!=':
      return isOther(candidate, constraint);
    case '>':
      return isGreater(candidate, constraint);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return isAtMost(candidate, constraint);
    case '~':
    case '~>':
      return isNear(candidate, constraint);
    case '^':
      return isCompatible(candidate, constraint);
    default:
      return open === 'none' ? order === 0 : isNear(candidate, constraint);
  }
}

function isOther(candidate: Version, { version, open }: Constraint): boolean {
  if (open === 'none') return compareVersions(candidate, version) !== 0;
  if (version.major !== candidate.major) return true;
  if (open !== 'minor' && version.minor !== candidate.minor) return true;
  if (open === 'minor') return false;
  if (open === 'patch')
    return (candidate.pre !== '' || version.pre !== '') && comparePre(candidate.pre, version.pre) !== 0;
  return version.patch !== candidate.patch || compareVersions(candidate, version) !== 0;
}

function isGreater(candidate: Version, { version, open }: Constraint): boolean {
  if (open === 'none' || open === 'major') {
    if (open === 'major' && candidate.major !== version.major) return candidate.major > version.major;
    return compareVersions(candidate, version) > 0;
  }
  if (candidate.major !== version.major) return candidate.major > version.major;
  return open === 'patch' && candidate.minor > version.minor;
}

function isAtMost(candidate: Version, { version, open }: Constraint): boolean {
  if (open === 'none') return compareVersions(candidate, version) <= 0;
  if (candidate.major > version.major) return false;
  return candidate.major !== version.major || candidate.minor <= version.minor || open === 'minor';
}

function isNear(candidate: Version, { version, open }: Constraint): boolean {
  if (compareVersions(candidate, version) < 0) return false;
  const anything = version.major === 0n && version.minor === 0n && version.patch === 0n;
  if (anything && open !== 'minor' && open !== 'patch') return true;
  return candidate.major === version.major && (candidate.minor === version.minor || open === 'minor');
}

function isCompatible(candidate: Version, { version, open }: Constraint): boolean {
  if (compareVersions(candidate, version) < 0) return false;
  if (candidate.major !== version.major) return false;
  if (version.major > 0n || open === 'minor') return true;
  if (candidate.minor !== version.minor) return false;
  return version.minor > 0n || open === 'patch' || candidate.patch === version.patch;
}
