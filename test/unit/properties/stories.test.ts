import { test } from 'node:test';
import type { Command } from './commands.ts';
import { tell } from './tell.ts';

/** What once broke a rule, as short as it can be told. Each begins with an installation in which everything is synced. */
const stories: Readonly<Record<string, readonly Command[]>> = {
  'a refresh in the very second of its slot is made once': [{ do: 'live', ms: 240_000 }],

  'keys of an old spec stay until the new Secret is written': [
    { do: 'write', key: 'bag' },
    { do: 'edit', shape: 'bag' },
    { do: 'run' },
    { do: 'write', key: 'bag' },
    { do: 'live', ms: 240_000 },
  ],

  'a rename to an empty value leaves the old Secret in place': [
    { do: 'edit', shape: 'bag' },
    { do: 'live', ms: 1_000 },
    { do: 'write', key: 'bag' },
    { do: 'write', key: 'bag' },
    { do: 'write', key: 'bag' },
    { do: 'wait', ms: 15_000 },
    { do: 'rename', to: 'renamed' },
    { do: 'live', ms: 20_000 },
  ],

  'what a rename left behind does not come back from a cache': [
    { do: 'rename', to: 'renamed' },
    { do: 'pass' },
    { do: 'hold', what: 'secrets' },
    { do: 'pass' },
    { do: 'pass' },
    { do: 'write', key: 'db' },
    { do: 'wait', ms: 15_000 },
    { do: 'force' },
    { do: 'pass' },
    { do: 'pass' },
  ],

  'nor does a target that somebody has deleted meanwhile': [
    { do: 'write', key: 'db' },
    { do: 'hold', what: 'secrets' },
    { do: 'tamper' },
    { do: 'switch hook' },
    { do: 'force' },
    { do: 'live', ms: 240_000 },
    { do: 'drop' },
    { do: 'refresh', to: 'Periodic' },
    { do: 'fault', fault: 'Late' },
    { do: 'pass' },
    { do: 'force' },
    { do: 'run' },
  ],

  'an answer to an earlier spec is not stated for a later one': [
    { do: 'wait', ms: 15_000 },
    { do: 'refuse secrets', how: 'quota' },
    { do: 'write', key: 'db' },
    { do: 'force' },
    { do: 'pass' },
    { do: 'wait', ms: 12_000 },
    { do: 'fault', fault: 'Denied' },
    { do: 'rename', to: 'renamed' },
    { do: 'pass' },
    { do: 'restart metacontroller' },
    { do: 'run' },
  ],

  'a status that is written late says how old its value is': [
    { do: 'refuse status', how: 'conflict' },
    { do: 'write', key: 'db' },
    { do: 'live', ms: 240_000 },
    { do: 'write', key: 'db' },
  ],

  'nor is an older status brought back by a cache that lags behind it': [
    { do: 'rename', to: 'renamed' },
    { do: 'hold', what: 'externalsecrets' },
    { do: 'pass' },
    { do: 'force' },
    { do: 'run' },
    { do: 'release', what: 'externalsecrets', count: 2 },
    { do: 'live', ms: 10 },
  ],

  'and after a restart it says nothing that is not certain': [
    { do: 'refuse status', how: 'conflict' },
    { do: 'strip', what: 'managed' },
    { do: 'live', ms: 30_000 },
    { do: 'restart hook' },
    { do: 'write', key: 'db' },
  ],

  'a restart in front of lagging caches writes nothing old': [
    { do: 'wait', ms: 15_000 },
    { do: 'hold', what: 'secrets' },
    { do: 'hold', what: 'externalsecrets' },
    { do: 'switch metacontroller' },
    { do: 'run' },
    { do: 'write', key: 'db' },
    { do: 'force' },
    { do: 'run' },
    { do: 'restart hook' },
    { do: 'switch metacontroller' },
    { do: 'run' },
  ],

  'nor what an older spec asked for': [
    { do: 'hold', what: 'externalsecrets' },
    { do: 'switch metacontroller' },
    { do: 'run' },
    { do: 'edit', shape: 'api' },
    { do: 'run' },
    { do: 'restart hook' },
    { do: 'switch metacontroller' },
    { do: 'run' },
  ],

  'nor of a target that is no child': [
    { do: 'creation', to: 'CreateOrMerge' },
    { do: 'run' },
    { do: 'wait', ms: 15_000 },
    { do: 'hold', what: 'externalsecrets' },
    { do: 'switch metacontroller' },
    { do: 'run' },
    { do: 'edit', shape: 'api' },
    { do: 'run' },
    { do: 'wait', ms: 119_000 },
    { do: 'restart hook' },
    { do: 'switch metacontroller' },
    { do: 'run' },
  ],

  'nor does it delete the Secret of a newer name': [
    { do: 'hold', what: 'externalsecrets' },
    { do: 'switch metacontroller' },
    { do: 'run' },
    { do: 'rename', to: 'renamed' },
    { do: 'run' },
    { do: 'restart hook' },
    { do: 'switch metacontroller' },
    { do: 'run' },
  ],

  'a slow read does not hide what a later one has found meanwhile': [
    { do: 'wait', ms: 15_000 },
    { do: 'fault', fault: 'Late' },
    { do: 'force' },
    { do: 'pass' },
    { do: 'fault', fault: 'none' },
    { do: 'write', key: 'db' },
    { do: 'force' },
    { do: 'run' },
    { do: 'live', ms: 2_000 },
    { do: 'drop' },
    { do: 'run' },
  ],

  'an ExternalSecret that is older than known is not acted on, although its old target is gone': [
    { do: 'hold', what: 'externalsecrets' },
    { do: 'hold', what: 'secrets' },
    { do: 'switch metacontroller' },
    { do: 'rename', to: 'renamed' },
    { do: 'run' },
    { do: 'squat', on: 'app', by: 'nobody' },
    { do: 'switch metacontroller' },
    { do: 'pass' },
  ],

  'a replica that was away does not believe what it remembers': [
    { do: 'wait', ms: 15_000 },
    { do: 'run' },
    { do: 'hold', what: 'secrets' },
    { do: 'switch hook' },
    { do: 'write', key: 'db' },
    { do: 'force' },
    { do: 'pass' },
    { do: 'fault', fault: 'Unavailable' },
    { do: 'switch hook' },
    { do: 'force' },
    { do: 'run' },
  ],

  'nor states its answer over a newer one of the other replica': [
    { do: 'hold', what: 'secrets' },
    { do: 'strip', what: 'managed' },
    { do: 'release', what: 'secrets', count: 1 },
    { do: 'run' },
    { do: 'write', key: 'db' },
    { do: 'tamper' },
    { do: 'switch hook' },
    { do: 'live', ms: 10 },
    { do: 'remove', key: 'db' },
    { do: 'switch hook' },
    { do: 'live', ms: 10 },
  ],

  'not even over a Secret that Metacontroller lets go of': [
    { do: 'hold', what: 'secrets' },
    { do: 'strip', what: 'controller-uid' },
    { do: 'release', what: 'secrets', count: 1 },
    { do: 'run' },
    { do: 'write', key: 'db' },
    { do: 'switch hook' },
    { do: 'live', ms: 10 },
    { do: 'remove', key: 'db' },
    { do: 'switch hook' },
    { do: 'live', ms: 10 },
  ],
};

for (const [name, story] of Object.entries(stories)) test(name, () => tell(story));
