import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { quoteJsonBytes } from '../values/json-text.ts';
import type { Instance, Value } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';
import { compareVersions, parseVersion, type Version, versionText } from './version.ts';
import { satisfies } from './version-constraint.ts';

/** Semantic versions by the rules of Go's Masterminds library. */
export const semverFunctions: FunctionTable = {
  semver: fn(['string'], ([text]) => instance(parsed(text))),
  semverCompare: fn(['string', 'string'], ([constraint, version]) => {
    const check = satisfies(constraint);
    if (check === undefined) throw new CallError('InvalidConstraint');
    return check(parsed(version));
  }),
};

function parsed(text: ByteText): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new CallError('InvalidVersion');
  return version;
}

const compareWith = (version: Version, accept: (order: number) => boolean) =>
  fn(['version'], ([other]) => accept(compareVersions(version, other.inner as Version)));

/** The version as templates see it, with its methods. */
function instance(version: Version): Instance {
  const number = (value: bigint) =>
    fn([], (): Value => ({ kind: 'integer', type: 'uint64', base: 'uint64', value }));
  const text = (value: ByteText) => fn([], () => value);
  const next = (parts: Partial<Version>) =>
    fn([], () => {
      const changed = { ...version, pre: '', metadata: '', ...parts };
      const prefix = version.original.startsWith('v') ? 'v' : '';
      return {
        ...instance({ ...changed, original: prefix + versionText(changed) }),
        type: 'semver.Version',
        base: 'struct',
      };
    });
  const { major, minor, patch, pre, metadata, original } = version;
  return {
    kind: 'instance',
    type: '*semver.Version',
    base: 'ptr',
    fields: {},
    text: versionText(version),
    json: quoteJsonBytes(versionText(version), 'escaped'),
    inner: version,
    methods: {
      Major: number(major),
      Minor: number(minor),
      Patch: number(patch),
      Prerelease: text(pre),
      Metadata: text(metadata),
      Original: text(original),
      String: text(versionText(version)),
      Compare: fn(['version'], ([other]) => BigInt(compareVersions(version, other.inner as Version))),
      Equal: compareWith(version, (order) => order === 0),
      GreaterThan: compareWith(version, (order) => order > 0),
      GreaterThanEqual: compareWith(version, (order) => order >= 0),
      LessThan: compareWith(version, (order) => order < 0),
      LessThanEqual: compareWith(version, (order) => order <= 0),
      IncMajor: next({ major: major + 1n, minor: 0n, patch: 0n }),
      IncMinor: next({ minor: minor + 1n, patch: 0n }),
      IncPatch: next(pre === '' ? { patch: patch + 1n } : {}),
    },
  };
}
