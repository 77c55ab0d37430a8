// needs: vault
import { openBaoHarnesses } from './harness/openbao.ts';
import { conformance } from './kit.ts';
import { realHost } from './vault-host.ts';
import { appRole, token, userPass } from './vault-logins.ts';

/* OpenBao cannot be had here; the Vault that it was forked from answers in its place. */
const harnesses = openBaoHarnesses('a real Vault', realHost, [
  ['v1', 'token', token],
  ['v2', 'appRole', appRole],
  ['v2', 'userPass', userPass],
]);
for (const harness of harnesses) await conformance(harness);
