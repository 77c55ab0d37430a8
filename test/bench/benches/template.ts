import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { executeTemplate, readTemplate, rootOf } from '../../../composite-controllers/template/template.ts';
import { type Bench, type Figure, median } from '../figure.ts';

/** 40 lines with more than 20 calls. */
const source = `# {{ .name | upper }}
{{- $url := printf "postgres://%s:%s@%s:%s/%s" .user (.password | urlquery) .host .port .database }}
database:
  url: {{ $url | quote }}
  user: {{ .user | quote }}
  password: {{ .password | b64enc | b64dec | quote }}
  pool: {{ default "10" .pool | int }}
  timeout: {{ .timeout | atoi | mul 1000 }}
{{- if eq .tls "true" }}
  tls:
    enabled: true
    ca: |
{{ .ca | indent 6 }}
{{- else }}
  tls: {}
{{- end }}
replicas:
{{- range $index, $host := splitList "," .replicas }}
  - name: replica-{{ $index }}
    host: {{ $host | trim | lower }}
    port: {{ $.port }}
{{- end }}
redis:
  address: {{ .redisHost }}:{{ .redisPort }}
  password: {{ .redisPassword | squote }}
{{- with .sentinel }}
  sentinel: {{ . }}
{{- end }}
mail:
  from: {{ .mailFrom | trimSuffix "." }}
  to: {{ splitList ";" .mailTo | join ", " }}
  subject: {{ .mailSubject | replace "_" " " | title }}
labels:
  team: {{ .team | kebabcase }}
  hash: {{ .password | sha256sum | trunc 12 }}
feature: {{ if and .flagA (not .flagB) }}{{ ternary "a" "b" (contains "x" .flagA) }}{{ else }}none{{ end }}
{{- /* what else there is */}}
extra: {{ list .extra1 .extra2 .extra3 | toJson }}
token: {{ .token }}
version: {{ .version | default "v1" }}
`;

const values: Readonly<Record<string, string>> = {
  name: 'orders',
  user: 'app',
  password: 'p@ss w0rd/+',
  host: 'db.example.com',
  port: '5432',
  database: 'orders',
  pool: '20',
  timeout: '30',
  tls: 'true',
  ca: '-----BEGIN X-----\nAAAA\n-----END X-----',
  replicas: 'A.example, b.example,c.example',
  redisHost: 'redis',
  redisPort: '6379',
  redisPassword: "it's",
  sentinel: '',
  mailFrom: 'a@example.com.',
  mailTo: 'x@e.com;y@e.com',
  mailSubject: 'new_order_here',
  team: 'TeamOrders',
  flagA: 'xyz',
  flagB: '',
  extra1: '1',
  extra2: '<2>',
  extra3: '3',
  token: 't'.repeat(64),
  unused1: 'a',
  unused2: 'b',
  unused3: 'c',
  unused4: 'd',
  unused5: 'e',
};

/** Microseconds of CPU that a round takes, and the result. */
interface Times {
  readonly parse: number;
  readonly execute: number;
  readonly whole: number;
  readonly output: string;
}

const environment = {
  now: () => 0,
  randomBytes: (count: number) => new Uint8Array(count),
  generateKey: () => new Uint8Array(),
};
const root = rootOf(new Map(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)])));

/**
 * Reading and executing a template of ordinary size over 30 keys, beside Go's text/template with sprig. By turns and by CPU time;
 * the bound is on the median of the turns. ExternalSecrets read a template once, Go each time; here both read it each time.
 */
export const template: Bench = async ({ size, tell }) => {
  const { turns, rounds } = size === 'full' ? { turns: 15, rounds: 2_000 } : { turns: 5, rounds: 500 };
  tell('building the Go side');
  const go = startGo();
  try {
    const measured: { own: Times; go: Times }[] = [];
    for (let turn = 0; turn <= turns; turn++) measured.push({ go: await go.times(rounds), own: own(rounds) });
    if (measured.some((turn) => turn.own.output !== turn.go.output)) throw new Error('the results differ');
    // The first turn warms up.
    const figures = (['parse', 'execute', 'whole'] as const).map((part) => {
      const of = (side: 'own' | 'go') => median(measured.slice(1).map((turn) => turn[side][part]));
      return { part, own: of('own'), go: of('go') };
    });
    return figures.flatMap(({ part, own, go }): Omit<Figure, 'bench'>[] => [
      { figure: `${part}, CPU`, value: own, unit: 'µs' },
      { figure: `${part} in Go, CPU`, value: go, unit: 'µs' },
      { figure: `${part} : Go`, value: own / go, unit: 'x', ...(part === 'whole' ? { atMost: 3 } : {}) },
    ]);
  } finally {
    go.stop();
  }
};

function own(rounds: number): Times {
  const parse = () => readTemplate(source, { name: 't' });
  const execute = (parsed: ReturnType<typeof parse>) => executeTemplate(parsed, root, environment);
  const parsed = parse();
  return {
    parse: timed(rounds, parse),
    execute: timed(rounds, () => execute(parsed)),
    whole: timed(rounds, () => execute(parse())),
    output: Buffer.from(execute(parsed)).toString(),
  };
}

function timed(rounds: number, round: () => unknown): number {
  const start = process.cpuUsage();
  for (let done = 0; done < rounds; done++) round();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / rounds;
}

/** The Go side, which takes as many rounds as it is told. */
function startGo() {
  const child = spawn('go', ['run', '-buildvcs=false', './bench'], {
    cwd: join(import.meta.dirname, '../../testbed/oracle/go'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async times(rounds: number): Promise<Times> {
      child.stdin.write(`${JSON.stringify({ template: source, values, rounds })}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error('the Go side did not answer; it needs Go and its module proxy');
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}
