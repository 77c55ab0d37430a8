import type { SecretMap } from './provider.ts';

/** What rendering came to. `reason` is made of the template's own text and of types, never of a value. */
export type RenderResult =
  | { readonly kind: 'rendered'; readonly texts: readonly Uint8Array[] }
  | { readonly kind: 'failed'; readonly index: number; readonly reason: string }
  /** They take too long, or too many others wait. */
  | { readonly kind: 'stopped' };

/**
 * Renders Go templates with ESO's functions. The engine lies above the providers, which may not import it; the process gives
 * it to those who need it.
 */
export interface TemplateRenderer {
  /**
   * Renders all over the same data, by `.name.key`; what is missing prints `<no value>`, as Go does by default. Those that take
   * long wait in turn with those of other tenants.
   */
  render(
    tenant: string,
    templates: readonly string[],
    data: ReadonlyMap<string, SecretMap>,
    signal: AbortSignal,
  ): Promise<RenderResult>;
}
