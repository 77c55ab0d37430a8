import { Command } from 'commander';
import { credentialsCommand } from './credentials.ts';
import { demoCommand } from './demo.ts';
import { diffCommand } from './diff.ts';
import { manifestsCommand } from './manifests.ts';
import { migrateCommand } from './migrate.ts';
import { renderCommand } from './render.ts';
import { serveCommand } from './serve.ts';
import { templateCommand } from './template.ts';
import { usageCommand } from './usage.ts';

const program = new Command('keyhook')
  .description('Secrets from external stores in Kubernetes, behind Metacontroller')
  .showHelpAfterError('(--help says what there is)');

for (const register of [
  serveCommand,
  manifestsCommand,
  credentialsCommand,
  renderCommand,
  diffCommand,
  usageCommand,
  migrateCommand,
  templateCommand,
  demoCommand,
])
  register(program);

await program.parseAsync();
