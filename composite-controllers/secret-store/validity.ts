import type { Provider, StoreScope } from '../../providers/kit/provider.ts';
import { parseDuration, parseRefreshInterval } from '../lib/duration.ts';
import { ValueError } from '../lib/errors.ts';
import type { KubeObject } from '../lib/objects.ts';
import { compileRegex } from '../lib/regex.ts';
import { compileKeyRegex } from '../lib/remote-keys.ts';
import { compile } from '../validator.ts';
import type { StoreFailure } from './errors.ts';
import type { StoreSpec } from './schema.ts';

/** Checks of a store's specification that need no call, in the order of spec core 2.3; undefined when all hold. */
export type StoreCheck = (object: KubeObject, scope: StoreScope) => StoreFailure | undefined;

/** A {@link StoreCheck} for the registered providers. */
export function createStoreCheck(providers: ReadonlyMap<string, Provider>): StoreCheck {
  const sections = new Map<string, ReturnType<typeof compile>>();
  const checkSection = (provider: Provider, section: unknown) => {
    const known = sections.get(provider.name) ?? compile(provider.spec);
    sections.set(provider.name, known);
    return known(section);
  };

  return (object, scope) => {
    const spec = (object.spec ?? {}) as Partial<StoreSpec>;
    const general = conditionProblem(spec) ?? intervalProblem(spec) ?? retryProblem(spec);
    if (general !== undefined) return invalid(general);
    const names = Object.keys(spec.provider ?? {});
    const name = names[0];
    if (name === undefined || names.length > 1) {
      return invalid(`secret stores must only have exactly one backend specified, found ${names.length}`);
    }
    const provider = providers.get(name);
    if (provider === undefined) {
      return { code: 'NotBuilt', detail: `the provider ${name} is not built yet`, cause: 'Unsupported' };
    }
    const section = spec.provider?.[name];
    const problems = checkSection(provider, section);
    const found = problems.length > 0 ? problems : provider.validate(section as never, scope);
    if (found.length === 0) return undefined;
    return invalid(
      found
        .slice(0, 5)
        .map(({ path, message }) => `spec.provider.${name}${path} ${message}`)
        .join('; '),
    );
  };
}

function intervalProblem(spec: Partial<StoreSpec>): string | undefined {
  try {
    parseRefreshInterval(spec.refreshInterval);
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return `spec.refreshInterval: ${error.message}`;
    throw error;
  }
}

function retryProblem({ retrySettings }: Partial<StoreSpec>): string | undefined {
  if (retrySettings?.retryInterval === undefined) return undefined;
  try {
    parseDuration(retrySettings.retryInterval);
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return `spec.retrySettings.retryInterval: ${error.message}`;
    throw error;
  }
}

function conditionProblem({ conditions = [] }: Partial<StoreSpec>): string | undefined {
  for (const [index, { namespaceRegexes = [], remoteKeys }] of conditions.entries()) {
    const bad = firstInvalid(namespaceRegexes, compileRegex);
    if (bad !== undefined) return `failed to compile ${bad}th namespace regex in ${index}th condition`;
    const badKey = firstInvalid(remoteKeys?.regexes ?? [], (regex) => compileKeyRegex(regex, 'any'));
    if (badKey !== undefined)
      return `failed to compile ${badKey}th regex of remoteKeys in ${index}th condition`;
  }
  return undefined;
}

function firstInvalid(regexes: readonly string[], compile: (regex: string) => unknown): number | undefined {
  for (const [place, regex] of regexes.entries()) {
    try {
      compile(regex);
    } catch (error) {
      if (error instanceof ValueError) return place;
      throw error;
    }
  }
  return undefined;
}

function invalid(detail: string): StoreFailure {
  return { code: 'SpecInvalid', detail, cause: 'Misconfigured' };
}
