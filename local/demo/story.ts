import type { KubeObject, SecretObject } from '../../composite-controllers/lib/objects.ts';
import { secretType } from '../metacontroller/discovery.ts';
import { demoManifests, eventually, externalSecretType, namespace, type Stage } from './stage.ts';

/** One step of the story: what is done, what has to hold then, and how that is told. */
export interface Step {
  readonly title: string;
  /** Lines that tell what was seen; a step that does not hold throws {@link DidNotHold}. */
  play(stage: Stage): Promise<readonly string[]>;
}

/** A promise of the product that the demo could not see kept. */
export class DidNotHold extends Error {}

const patience = 10_000;
const copies = 20;

/** The story, in order. */
export const story: readonly Step[] = [
  { title: 'First sync: an ExternalSecret becomes a Secret', play: firstSync },
  { title: `${copies} more of the same cost no more reads`, play: coalescing },
  { title: 'A rotation in Vault arrives', play: rotation },
  { title: 'Somebody edits the Secret by hand', play: repair },
  { title: 'Vault goes down', play: outage },
  { title: 'Vault comes back', play: recovery },
  { title: 'Hook and controller restart', play: restart },
];

async function firstSync(stage: Stage): Promise<readonly string[]> {
  await stage.writeToVault('shop/database', { username: 'shop', password: 'first-password' });
  for (const object of await demoManifests(stage.vault)) await stage.create(object);
  const secret = await holds('the Secret', () => secretWith(stage, 'first-password'));
  const ready = await holds('the status', () => readyWith(stage, 'True'));
  return [
    `Secret ${namespace}/database  ${describe(secret)}`,
    `status  Ready=${ready.status}  ${ready.reason}: ${ready.message}`,
    `reads of Vault: ${stage.readsSoFar()} (two keys, one secret, one read)`,
  ];
}

async function coalescing(stage: Stage): Promise<readonly string[]> {
  const before = stage.readsSoFar();
  const original = await stage.externalSecret('database');
  const names = Array.from({ length: copies }, (_, i) => `database-${i + 1}`);
  for (const name of names) {
    await stage.create({
      apiVersion: original.apiVersion,
      kind: original.kind,
      metadata: { name, namespace },
      spec: { ...(original.spec as object), target: { name }, refreshInterval: '1h' },
    });
  }
  await holds('every copy ready', async () => {
    const { items } = await stage.api.list(externalSecretType, { namespace });
    return items.every((item) => readyOf(item)?.status === 'True') && items.length === copies + 1
      ? true
      : undefined;
  });
  const reads = stage.readsSoFar() - before;
  if (reads > 5) throw new DidNotHold(`${reads} reads for ${copies} ExternalSecrets of one secret`);
  return [
    `${copies} ExternalSecrets with two keys each are Ready; reads of Vault meanwhile: ${reads}, not ${2 * copies}`,
  ];
}

async function rotation(stage: Stage): Promise<readonly string[]> {
  const before = (await stage.secret('database'))?.metadata.resourceVersion;
  await stage.writeToVault('shop/database', { username: 'shop', password: 'second-password' });
  const secret = await holds('the new value', () => secretWith(stage, 'second-password'));
  return [
    `refreshInterval is 2s; the new password is in the Secret  (version ${before} -> ${secret.metadata.resourceVersion})`,
  ];
}

async function repair(stage: Stage): Promise<readonly string[]> {
  const data = { password: Buffer.from('edited-by-hand').toString('base64') };
  await stage.api.mergePatch(secretType, namespace, 'database', { data });
  await holds('the repair', () => secretWith(stage, 'second-password'));
  return ['kubectl edit secret database  ->  restored at once from Vault'];
}

async function outage(stage: Stage): Promise<readonly string[]> {
  stage.vault.misbehave('sealed');
  const ready = await holds('a status that says why', () => readyWith(stage, 'False'));
  const secret = await stage.secret('database');
  if (secret === undefined || passwordOf(secret) !== 'second-password')
    throw new DidNotHold('the Secret did not outlive the outage');
  return [`the Secret stays  ${describe(secret)}`, `status  Ready=${ready.status}  ${ready.message}`];
}

async function recovery(stage: Stage): Promise<readonly string[]> {
  stage.vault.misbehave(undefined);
  const ready = await holds('the recovery', () => readyWith(stage, 'True'), 45_000);
  return [`status  Ready=${ready.status}  ${ready.reason}`];
}

async function restart(stage: Stage): Promise<readonly string[]> {
  // What is due by its interval would be read anyway: only ExternalSecrets with an hour to go are left.
  await stage.api.remove(externalSecretType, namespace, 'database');
  const versions = async () => {
    const [secrets, parents] = await Promise.all([
      stage.api.list(secretType, { namespace, labelSelector: 'reconcile.external-secrets.io/managed=true' }),
      stage.api.list(externalSecretType, { namespace }),
    ]);
    const all = [...secrets.items, ...parents.items].filter(({ metadata }) => metadata.name !== 'database');
    return all
      .map(({ kind, metadata }) => `${kind ?? ''}${metadata.name}@${metadata.resourceVersion}`)
      .sort()
      .join();
  };
  const before = await versions();
  const reads = stage.readsSoFar();
  await stage.restart();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  if (stage.readsSoFar() !== reads) throw new DidNotHold('the restart read from Vault');
  if ((await versions()) !== before) throw new DidNotHold('the restart wrote something');
  return [`reads of Vault: 0; objects written: 0, of ${2 * copies}`];
}

async function holds<T>(what: string, check: () => Promise<T | undefined>, within = patience): Promise<T> {
  const value = await eventually(check, within);
  if (value === undefined) throw new DidNotHold(`${what}: not seen within ${within / 1000} s`);
  return value;
}

async function secretWith(stage: Stage, password: string): Promise<SecretObject | undefined> {
  const secret = await stage.secret('database');
  return secret !== undefined && passwordOf(secret) === password ? secret : undefined;
}

async function readyWith(stage: Stage, status: string): Promise<Ready | undefined> {
  const ready = readyOf(await stage.externalSecret('database'));
  return ready?.status === status ? ready : undefined;
}

interface Ready {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function readyOf({ status }: KubeObject): Ready | undefined {
  const { conditions = [] } = (status ?? {}) as { conditions?: Ready[] };
  return conditions.find(({ type }) => type === 'Ready');
}

function passwordOf(secret: SecretObject): string {
  return Buffer.from(secret.data?.password ?? '', 'base64').toString();
}

function describe(secret: SecretObject): string {
  const keys = Object.entries(secret.data ?? {}).map(
    ([key, value]) => `${key}=*** (${Buffer.from(value, 'base64').length} bytes)`,
  );
  return keys.join('  ');
}
