import { globSync } from 'node:fs';
import { join } from 'node:path';

/** A row of an error table: its text alone, or what it says of each error. */
type Row =
  | string
  | {
      readonly text?: string;
      readonly message?: string;
      readonly advice?: string;
      readonly retry?: string;
      readonly next?: string;
      readonly status?: number;
    };

/** An error table of the sources. */
export interface ErrorTable {
  /** Of its file, from the top of the repository. */
  readonly path: string;
  readonly rows: Readonly<Record<string, Row>>;
}

interface Chapter {
  readonly title: string;
  readonly text: string;
}

/** What is said before a table; one that is not named here gets its path for a title. */
const chapters: Readonly<Record<string, Chapter>> = {
  'composite-controllers/external-secret/errors.ts': {
    title: 'ExternalSecrets',
    text: 'Why `Ready` is `False` (reason `SecretSyncedError`). The Secret keeps what it has.',
  },
  'composite-controllers/push-secret/errors.ts': {
    title: 'PushSecrets',
    text: 'Why `Ready` is `False` (reason `Errored`). What was pushed stays as it is.',
  },
  'providers/kit/errors.ts': {
    title: 'Backends',
    text: 'The cause of a `FetchFailed` ExternalSecret and of a store that is not valid: what follows the first colon of the message. It ends with HTTP status and the code of the backend, where it gave any.',
  },
  'composite-controllers/secret-store/errors.ts': {
    title: 'Stores',
    text: 'Why `Ready` of a SecretStore or ClusterSecretStore is `False` (reason `InvalidProviderConfig`) or not yet known (`ValidationUnknown`).',
  },
  'composite-controllers/lib/errors.ts': {
    title: 'Values',
    text: 'What can be wrong with keys, values and rules of a manifest: the detail of `ValueRejected` and `SpecInvalid`.',
  },
  'composite-controllers/template/errors.ts': {
    title: 'Templates',
    text: "What can be wrong with a template, in Go's words where Go has some; `keyhook template` tries one offline.",
  },
  'server/errors.ts': {
    title: 'Answers of the hook',
    text: "Seen in `SyncError` events and Metacontroller's log. Such an answer changes nothing: Metacontroller asks again.",
  },
};

/** What to do where the table leaves it to the detail of the message. */
const notes: Readonly<Record<string, string>> = {
  PushFailed: 'the message names the key and goes on with the cause: see Backends',
  CleanUpFailed: 'the message names the key and goes on with the cause: see Backends',
  FetchFailed: 'the message goes on with the cause: see Backends',
  ValueRejected: 'the message names the key and goes on with the cause: see Values and Templates',
  ClientFailed: 'the message goes on with the cause: see Backends',
  CheckFailed: 'the message goes on with the cause: see Backends',
};

/** What the words of `retry` and `next` mean to the one who waits. */
const attempts: Readonly<Record<string, string>> = {
  absent: 'at the next refresh; deletionPolicy says what the absence means',
  user: 'by the failure schedule, from 1 s up to a quarter of refreshInterval',
  identity: 'the store is probed once in 30 s',
  backend: 'the store is probed once in 30 s; all who wait follow when it answers',
  busy: 'within seconds',
  scheduled:
    'by the failure schedule, from 1 s up to a quarter of refreshInterval, or when the manifest changes',
  'on-event': 'as soon as the ExternalSecret or its store changes',
};

/** Every error table of the sources, in the order of the chapters. */
export async function errorTables(top: string): Promise<ErrorTable[]> {
  const order = Object.keys(chapters);
  const found = globSync(
    ['composite-controllers/*/errors.ts', 'providers/kit/errors.ts', 'server/errors.ts'],
    {
      cwd: top,
    },
  ).map((path) => path.replaceAll('\\', '/'));
  const paths = [
    ...order.filter((path) => found.includes(path)),
    ...found.filter((path) => !order.includes(path)).sort(),
  ];
  const tables: ErrorTable[] = [];
  for (const path of paths) {
    const module: Record<string, unknown> = await import(join(top, path));
    for (const [name, value] of Object.entries(module))
      if (typeof value === 'object' && value !== null && /(^answers|Errors)$/.test(name))
        tables.push({ path, rows: value as ErrorTable['rows'] });
  }
  return tables;
}

/** The page that says for each code what happened and what to do. */
export function codesPage(tables: readonly ErrorTable[]): string {
  return [
    '<!-- Made by "npm run generate" from the error tables of the sources; a test compares the two. -->',
    '',
    '# Every code',
    '',
    'Codes stand in the log and in metrics; conditions and events begin with the text beside the code. How to look: [troubleshooting](troubleshooting.md).',
    '',
    ...tables.flatMap((table) => chapterOf(table)),
  ].join('\n');
}

function chapterOf({ path, rows }: ErrorTable): string[] {
  const { title, text } = chapters[path] ?? { title: path.replace(/\/errors\.ts$/, ''), text: '' };
  const entries = Object.entries(rows);
  const isList = entries.every(([, row]) => typeof row === 'string');
  return [
    `## ${title}`,
    '',
    ...(text === '' ? [] : [text, '']),
    ...(isList
      ? [...entries.map(([code, row]) => `- **${code}**: ${literal(row as string)}`), '']
      : entries.flatMap(([code, row]) => sectionOf(code, row))),
  ];
}

function sectionOf(code: string, row: Row): string[] {
  const { text, message, advice, retry, next, status } =
    typeof row === 'string' ? { text: row } : (row as Exclude<Row, string>);
  const todo = advice ?? notes[code];
  const attempt = attempts[retry ?? next ?? ''];
  return [
    `### ${code}`,
    '',
    `${literal(text ?? message ?? '')}${status === undefined ? '' : ` (HTTP ${status})`}`,
    '',
    ...(todo === undefined ? [] : [`- To do: ${prose(todo)}.`]),
    ...(attempt === undefined ? [] : [`- Next attempt: ${attempt}.`]),
    ...(todo === undefined && attempt === undefined ? [] : ['']),
  ];
}

const literal = (text: string) => `\`${text.replaceAll('`', "'")}\``;
/** Text of the tables may hold what Markdown reads as a tag or a star. */
const prose = (text: string) => text.replace(/[<>*_]/g, (character) => `\\${character}`);
