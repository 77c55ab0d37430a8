// needs: vault moto
import { after } from 'node:test';
import { startMoto } from '../testbed/moto.ts';
import { identityCases } from './cases-identity.ts';
import { vaultHarnesses } from './harness/vault.ts';
import { conformance } from './kit.ts';
import { realHost } from './vault-host.ts';
import { iam } from './vault-logins.ts';

const moto = await startMoto();
process.env.AWS_STS_ENDPOINT = moto.url;
after(() => moto.stop());

for (const harness of vaultHarnesses('real', realHost, [['v2', 'iam', iam(moto.url)]]))
  await conformance(harness, identityCases);
