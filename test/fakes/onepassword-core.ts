import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { nativeId } from './onepassword-connect.ts';

/**
 * The core of the 1Password SDK, which is WebAssembly that speaks an encrypted protocol to 1password.com only: there is no
 * way to lead it to the loopback interface. This stands in its place below the SDK's own JavaScript, which talks to it in
 * JSON (`{"invocation":{"clientId":1,"parameters":{"name":"ItemsGet","parameters":{...}}}}`), and uses its words for errors.
 */
export interface FakeCore {
  readonly token: string;
  readonly vaults: Map<string, { readonly id: string; readonly title: string; items: CoreItem[] }>;
  readonly environments: Map<string, { name: string; value: string; masked: boolean }[]>;
  readonly calls: string[];
  vault(title: string): { readonly id: string; items: CoreItem[] };
  /** The next calls fail with these words; undefined ends it. */
  fail(words: string | undefined): void;
  /** Puts the real core back. */
  restore(): void;
}

export interface CoreField {
  id: string;
  title: string;
  sectionId?: string;
  fieldType: string;
  value: string;
  details?: { type: string; content: { code?: string } };
}

export interface CoreItem {
  id: string;
  title: string;
  category: string;
  vaultId: string;
  fields: CoreField[];
  sections: { id: string; title: string }[];
  tags: string[];
  files: { attributes: CoreFile; sectionId: string; fieldId: string }[];
  document?: CoreFile;
  contents?: Record<string, number[]>;
}

interface CoreFile {
  name: string;
  id: string;
  size: number;
}

interface Core {
  init_client(config: string): Promise<string>;
  invoke(message: string): Promise<string>;
}

type Parameters = Readonly<Record<string, unknown>>;

const emptyItem: Pick<CoreItem, 'sections' | 'tags' | 'files'> = { sections: [], tags: [], files: [] };

/** Replaces the core for this process. */
export function fakeCore(): FakeCore {
  const core = createRequire(import.meta.url)('@1password/sdk-core') as Core;
  const real = { init_client: core.init_client, invoke: core.invoke };
  const token = `ops_${randomUUID()}`;
  const vaults: FakeCore['vaults'] = new Map();
  const environments: FakeCore['environments'] = new Map();
  const calls: string[] = [];
  let failing: string | undefined;

  const vaultOf = (id: unknown) => {
    const vault = [...vaults.values()].find((candidate) => candidate.id === id);
    if (vault === undefined) throw "vault couldn't be found";
    return vault;
  };
  const itemOf = (vaultId: unknown, id: unknown) => {
    const item = vaultOf(vaultId).items.find((candidate) => candidate.id === id);
    if (item === undefined) throw "item couldn't be found";
    return item;
  };
  const handlers: Record<string, (parameters: Parameters) => unknown> = {
    VaultsList: () => [...vaults.values()].map(({ id, title }) => ({ id, title })),
    ItemsList: ({ vault_id }) =>
      vaultOf(vault_id).items.map(({ id, title, category, tags, vaultId }) => ({
        id,
        title,
        category,
        tags,
        vaultId,
      })),
    ItemsGet: ({ vault_id, item_id }) => ({ ...itemOf(vault_id, item_id), contents: undefined }),
    ItemsCreate: ({ params }) => {
      const given = params as CoreItem;
      const item = { ...emptyItem, ...given, id: nativeId() };
      vaultOf(given.vaultId).items.push(item);
      return item;
    },
    ItemsPut: ({ item }) => {
      const given = item as CoreItem;
      if (given.fields.some(({ sectionId }) => sectionId === '')) throw 'invalid user input: empty section';
      const { items } = vaultOf(given.vaultId);
      items[items.indexOf(itemOf(given.vaultId, given.id))] = given;
      return given;
    },
    ItemsDelete: ({ vault_id, item_id }) => {
      const { items } = vaultOf(vault_id);
      items.splice(items.indexOf(itemOf(vault_id, item_id)), 1);
      return null;
    },
    ItemsFilesRead: ({ vault_id, item_id, attr }) =>
      itemOf(vault_id, item_id).contents?.[(attr as unknown as CoreFile).id] ?? [],
    SecretsResolve: ({ secret_reference }) => resolve(String(secret_reference)),
    EnvironmentsGetVariables: ({ environment_id }) => {
      const variables = environments.get(String(environment_id));
      if (variables === undefined) throw "environment couldn't be found";
      return { variables };
    },
  };
  /** developer.1password.com/docs/cli/secret-reference-syntax */
  const resolve = (text: string): string => {
    const [, path = '', attribute] = /^op:\/\/([^?]*)(?:\?attribute=(.*))?$/.exec(text) ?? [];
    const [vaultName, itemName, ...rest] = path.split('/');
    const label = rest.at(-1);
    if (!label || rest.length > 2 || /[^\w.\- /]/.test(path))
      throw 'error resolving secret reference: secret reference has invalid format';
    const vault = [...vaults.values()].find(({ id, title }) => id === vaultName || title === vaultName);
    if (vault === undefined)
      throw 'error resolving secret reference: no vault matched the secret reference query';
    const items = vault.items.filter(({ id, title }) => id === itemName || title === itemName);
    const [item] = items;
    if (item === undefined)
      throw 'error resolving secret reference: no item matched the secret reference query';
    if (items.length > 1)
      throw 'error resolving secret reference: more than one item matched the secret reference query';
    const section =
      rest.length === 2
        ? item.sections.find(({ id, title }) => id === rest[0] || title === rest[0])
        : undefined;
    if (rest.length === 2 && section === undefined)
      throw 'error resolving secret reference: no section matched the secret reference';
    const fields = item.fields.filter(
      ({ id, title, sectionId }) =>
        (id === label || title === label) && (section === undefined || sectionId === section.id),
    );
    const [field] = fields;
    if (field === undefined)
      throw 'error resolving secret reference: the specified field cannot be found within the item';
    if (fields.length > 1)
      throw 'error resolving secret reference: more than one field matched the secret reference';
    return attribute === 'otp' ? (field.details?.content.code ?? '') : field.value;
  };

  const answer = (name: string, parameters: Parameters): string => {
    calls.push(name);
    if (failing !== undefined) throw failing;
    const handler = handlers[name];
    if (handler === undefined) throw `unknown call ${name}`;
    return JSON.stringify(handler(parameters));
  };
  core.init_client = async (config) => {
    calls.push('InitClient');
    if (failing !== undefined) throw failing;
    const { serviceAccountToken } = JSON.parse(config) as { serviceAccountToken: string };
    if (serviceAccountToken !== token)
      throw 'invalid service account token, please make sure you provide a valid service account token as parameter: x';
    return '1';
  };
  core.invoke = async (message) => {
    const { name, parameters } = (
      JSON.parse(message) as { invocation: { parameters: { name: string; parameters: Parameters } } }
    ).invocation.parameters;
    return answer(name, parameters);
  };
  return {
    token,
    vaults,
    environments,
    calls,
    vault(title) {
      const vault = vaults.get(title) ?? { id: nativeId(), title, items: [] };
      vaults.set(title, vault);
      return vault;
    },
    fail(words) {
      failing = words;
    },
    restore() {
      Object.assign(core, real);
    },
  };
}

/** An item of these fields, to be put into a vault. */
export function coreItem(
  vaultId: string,
  title: string,
  fields: Readonly<Record<string, string>>,
  more: Partial<CoreItem> = {},
): CoreItem {
  const list = Object.entries(fields).map(([label, value]) => ({
    id: label,
    title: label,
    fieldType: 'Concealed',
    value,
    sectionId: '',
  }));
  return {
    id: nativeId(),
    title,
    category: 'Login',
    vaultId,
    fields: list,
    sections: [],
    tags: [],
    files: [],
    ...more,
  };
}
