import type { TemplateRunner } from '../composite-controllers/lib/ports.ts';
import type { TemplateRenderer } from '../providers/kit/templates.ts';

/** The template engine as providers see it: the same bounds and the same thread as for the templates of ExternalSecrets. */
export function providerTemplates(runner: TemplateRunner, now: () => number): TemplateRenderer {
  return {
    async render(tenant, templates, groups, signal) {
      const jobs = templates.map((text, index) => ({ name: `template ${index}`, text, as: 'text' as const }));
      const result = await runner.run(
        tenant,
        { jobs, values: new Map(), groups, missingKey: 'default', now: now() },
        signal,
      );
      switch (result.kind) {
        case 'rendered':
          return { kind: 'rendered', texts: result.results.filter((text) => text instanceof Uint8Array) };
        case 'failed': {
          const { line, column, message } = result.fault;
          return { kind: 'failed', index: result.job, reason: `${line}:${column}: ${message}` };
        }
        default:
          return { kind: 'stopped' };
      }
    },
  };
}
