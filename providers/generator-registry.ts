import { ecrAuthorizationToken } from './aws/registry-token.ts';
import { stsSessionToken } from './aws/session-token.ts';
import { acrAccessToken } from './azurekv/registry-token.ts';
import { gcrAccessToken } from './gcpsm/registry-token.ts';
import { cloudsmithAccessToken } from './generators/cloudsmith-token.ts';
import { fake } from './generators/fake.ts';
import { githubAccessToken } from './generators/github-token.ts';
import { gitlabDeployToken } from './generators/gitlab-deploy-token.ts';
import { grafanaToken } from './generators/grafana-token.ts';
import { mfa } from './generators/mfa.ts';
import { password } from './generators/password.ts';
import { quayAccessToken } from './generators/quay-token.ts';
import { sshKey } from './generators/ssh-key.ts';
import { uuid } from './generators/uuid.ts';
import type { Generator } from './kit/generator.ts';
import { vaultDynamicSecret } from './vault/dynamic-secret.ts';
import { webhookGenerator } from './webhook/generator.ts';

const built = [
  acrAccessToken,
  cloudsmithAccessToken,
  ecrAuthorizationToken,
  fake,
  gcrAccessToken,
  githubAccessToken,
  gitlabDeployToken,
  grafanaToken,
  mfa,
  password,
  quayAccessToken,
  sshKey,
  stsSessionToken,
  uuid,
  vaultDynamicSecret,
  webhookGenerator,
];

/** The generators that are built, by kind. */
export const generatorRegistry: ReadonlyMap<string, Generator> = new Map(
  built.map((generator) => [generator.kind, generator]),
);
