import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crd } from '../composite-controllers/crd.ts';
import {
  compositeController,
  type DefinitionOptions,
  parentKinds,
} from '../composite-controllers/definitions.ts';
import { toYaml } from '../composite-controllers/yaml.ts';

/**
 * The installation that the committed files describe: the hook runs as Service `keyhook` in namespace `keyhook`; the
 * Secret `keyhook-tls` there holds its certificate (tls.crt, tls.key) and CA (ca.crt), `keyhook-token` the bearer token.
 * Both are Secrets because Metacontroller starts to watch all Secrets with the first reference to one, and all
 * ConfigMaps with the first reference to a ConfigMap (spec metacontroller 2.4).
 */
export const inCluster: DefinitionOptions = {
  hookUrl: 'https://keyhook.keyhook.svc:8443',
  caSecret: { namespace: 'keyhook', name: 'keyhook-tls', key: 'ca.crt' },
  bearerTokenSecret: { namespace: 'keyhook', name: 'keyhook-token', key: 'token' },
};

const header = '# Made by "npm run generate" from the TypeScript beside it; a test compares the two.\n';

/** Every generated file: its text by its path from the top of the repository. */
export function generated(): Map<string, string> {
  const files = new Map<string, readonly object[]>();
  for (const [folder, kinds] of Map.groupBy(parentKinds, (kind) => kind.folder)) {
    files.set(`${folder}/crd.yaml`, kinds.map(crd));
    files.set(
      `${folder}/compositecontroller.yaml`,
      kinds.map((kind) => compositeController(kind, inCluster)),
    );
  }
  files.set('kustomization.yaml', [
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...files.keys()] },
  ]);
  return new Map(
    [...files].map(([path, objects]) => [`composite-controllers/${path}`, header + toYaml(objects)]),
  );
}

if (import.meta.main) {
  const top = join(import.meta.dirname, '..');
  for (const [path, text] of generated()) await writeFile(join(top, path), text);
}
