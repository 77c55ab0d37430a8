import { createKubeApi } from '../../server/kube.ts';
import type { KubeApi } from '../../server/kube-api.ts';
import { canaries as newCanaries } from '../support/canaries.ts';
import { remoteText } from '../support/recording-proxy.ts';
import type { Driver } from './drivers.ts';
import { createEndings } from './endings.ts';
import { startHook } from './hook.ts';
import { installHook } from './installation.ts';
import { recordedKinds } from './kinds.ts';
import { startRecorder } from './recorder.ts';
import type { World } from './world.ts';

/** What differs between worlds: where the API server and the backends come from. */
export interface Surroundings extends Pick<World, 'startBackend' | 'refuseSecrets' | 'admitSecrets'> {
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** Of the hook, when it has one of its own. */
  readonly hookKubeconfig?: string;
  /** Of the driver, when it has one of its own. */
  readonly driverKubeconfig?: string;
  /** Values that nobody may see, beside those that the scenarios make. */
  readonly confidential: readonly string[];
}

/** Starts a driver against the cluster of the kubeconfig, as whose user `api` acts: one that may do what Metacontroller may. */
export type StartDriver = (kubeconfig: string, api: KubeApi) => Promise<Driver>;

/** A {@link World}: the hook, a driver and a recorder around an API server that has our kinds already. */
export async function assembleWorld(
  {
    kubeconfig,
    hookKubeconfig = kubeconfig,
    driverKubeconfig = kubeconfig,
    confidential,
    startBackend,
    refuseSecrets,
    admitSecrets,
  }: Surroundings,
  startDriver: StartDriver,
): Promise<World> {
  const as = (userAgent: string, of = kubeconfig) => createKubeApi({ kubeconfig: of, userAgent });
  const apis = {
    kubectl: as('kubectl'),
    'kubectl-edit': as('kubectl-edit'),
    metacontroller: as('metacontroller', driverKubeconfig),
  };
  const canaries = newCanaries();
  canaries.watch(remoteText);
  for (const value of confidential) canaries.watch(value);

  const endings = createEndings();
  for (const api of Object.values(apis)) endings.add(async () => api.close());
  return endings.orFail(async () => {
    const recorder = await startRecorder(apis.kubectl, recordedKinds);
    endings.add(recorder.stop);
    const hook = await startHook(hookKubeconfig, canaries);
    endings.add(hook.stop);
    await installHook(apis.kubectl, hook);
    const driver = await startDriver(driverKubeconfig, apis.metacontroller);
    endings.add(driver.stop);
    return {
      as: (program) => apis[program],
      recorder,
      canaries,
      hook,
      driver,
      startBackend,
      refuseSecrets,
      admitSecrets,
      async evidence() {
        const log = driver.log();
        return { ...(await hook.evidence()), ...(log === '' ? {} : { "driver's log": log }) };
      },
      stop: endings.end,
    };
  });
}
