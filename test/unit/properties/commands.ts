import fc from 'fast-check';
import type {
  CreationPolicy,
  DeletionPolicy,
} from '../../../composite-controllers/external-secret/policy.ts';
import type { BackendKey, Fault } from './scripted-backend.ts';

/** What can be asked of an ExternalSecret's data: plain values under names, or all that a map holds. */
export type Shape = 'db' | 'api' | 'both' | 'bag';
export type Watched = 'externalsecrets' | 'secrets' | 'secretstores';

/** One thing that happens to the installation. A list of them is a story that can be told again. */
export type Command =
  /** Time passes and nobody works. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Time passes and Metacontroller works. */
  | { readonly do: 'live'; readonly ms: number }
  | { readonly do: 'pass' }
  | { readonly do: 'run' }
  | { readonly do: 'write' | 'remove' | 'restore'; readonly key: BackendKey }
  | { readonly do: 'fault'; readonly fault: Fault }
  | { readonly do: 'edit'; readonly shape: Shape }
  | { readonly do: 'rename'; readonly to: string }
  | { readonly do: 'policy'; readonly to: DeletionPolicy }
  | { readonly do: 'creation'; readonly to: CreationPolicy }
  | { readonly do: 'immutable'; readonly to: true | null }
  /** A template with something random in it, which leaves the data as it is; or one that fails; or none. */
  | { readonly do: 'template'; readonly to: 'random' | 'failing' | 'none' }
  | { readonly do: 'interval'; readonly to: string }
  | { readonly do: 'refresh'; readonly to: 'Periodic' | 'OnChange' | 'CreatedOnce' }
  | { readonly do: 'drop store' | 'restore store' }
  | { readonly do: 'force' }
  | { readonly do: 'tamper' | 'drop' | 'add key' }
  | { readonly do: 'strip'; readonly what: 'managed' | 'created-by' | 'controller-uid' | 'annotations' }
  | { readonly do: 'hold'; readonly what: Watched }
  | { readonly do: 'release'; readonly what: Watched; readonly count?: number }
  | { readonly do: 'refuse secrets'; readonly how: 'none' | 'quota' | 'conflict' }
  | { readonly do: 'refuse status'; readonly how: 'none' | 'conflict' }
  | { readonly do: 'refuse gets'; readonly how: 'none' | 'unavailable' }
  /** `switch hook`: Metacontroller reaches another replica, which may have been the active one before. */
  | { readonly do: 'restart hook' | 'switch hook' | 'restart metacontroller' }
  /** Another instance of Metacontroller leads, on the other API server: what was held there still is. */
  | { readonly do: 'switch metacontroller' }
  | { readonly do: 'squat'; readonly on: string; readonly by: 'controller' | 'nobody' }
  | { readonly do: 'recreate' }
  /** The garbage collector has its turn. */
  | { readonly do: 'collect' };

const times = fc.constantFrom(10, 999, 1_000, 2_000, 5_000, 9_500, 30_000, 60_000, 119_000, 240_000);
const keys = fc.constantFrom<BackendKey>('db', 'db', 'api', 'bag');
const names = fc.constantFrom('app', 'renamed', 'other');
const creations = fc.constantFrom<CreationPolicy>(
  ...(['Owner', 'Owner', 'Orphan', 'Merge', 'CreateOrMerge', 'CreateOrMerge', 'None'] as const),
);
const watched = fc.constantFrom<Watched>('externalsecrets', 'secrets', 'secrets', 'secretstores');

/** Commands, weighted so that most of them meet an installation that works. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: times }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('live' as const), ms: times }) },
  { weight: 12, arbitrary: fc.constant({ do: 'pass' } as const) },
  { weight: 8, arbitrary: fc.constant({ do: 'run' } as const) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), key: keys }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'restore' as const), key: keys }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom<Fault>(
        'none',
        'none',
        'Unavailable',
        'Denied',
        'Throttled',
        'Slow',
        'Late',
        'Hang',
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      shape: fc.constantFrom<Shape>('db', 'api', 'both', 'bag'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), to: names }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      to: fc.constantFrom('Retain' as const, 'Delete' as const, 'Merge' as const),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('creation' as const), to: creations }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('immutable' as const), to: fc.constantFrom(true as const, null) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('template' as const),
      to: fc.constantFrom('random' as const, 'random' as const, 'failing' as const, 'none' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('interval' as const), to: fc.constantFrom('20s', '2m', '5m') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refresh' as const),
      to: fc.constantFrom('Periodic' as const, 'OnChange' as const, 'CreatedOnce' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('drop store' as const, 'restore store' as const, 'restore store' as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'force' } as const) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('tamper' as const, 'drop' as const, 'add key' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('strip' as const),
      what: fc.constantFrom(
        'managed' as const,
        'created-by' as const,
        'controller-uid' as const,
        'annotations' as const,
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('hold' as const), what: watched }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      what: watched,
      count: fc.constantFrom(1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), what: watched }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('refuse secrets' as const),
      how: fc.constantFrom('none' as const, 'quota' as const, 'conflict' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refuse status' as const),
      how: fc.constantFrom('none' as const, 'conflict' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse gets' as const),
      how: fc.constantFrom('none' as const, 'unavailable' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'restart hook' as const,
        'restart hook' as const,
        'switch hook' as const,
        'restart metacontroller' as const,
        'switch metacontroller' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('squat' as const),
      on: names,
      by: fc.constantFrom('controller' as const, 'nobody' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('recreate' as const, 'collect' as const) }) },
);
