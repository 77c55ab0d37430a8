import { styleText } from 'node:util';
import type { Command } from 'commander';

/** Adds the verb `demo`: the whole product with nothing but Node, told as it goes. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'the whole product on this machine: a Vault, a cluster and Keyhook, and what it does about trouble',
    )
    .action(async () => {
      process.exitCode = await run();
    });
}

/** 0 when every step held. */
async function run(): Promise<number> {
  const [{ buildStage }, { DidNotHold, story }] = await Promise.all([
    import('../local/demo/stage.ts'),
    import('../local/demo/story.ts'),
  ]);
  const started = Date.now();
  const stage = await buildStage();
  say(`Keyhook demo: a Vault, an API server, the hook and a stand-in for Metacontroller, all on 127.0.0.1\n`);
  try {
    for (const [index, step] of story.entries()) {
      say(style('bold', `${index + 1}. ${step.title}`));
      for (const line of await step.play(stage)) say(`   ${style('green', 'ok')}  ${line}`);
      say('');
    }
    say(`All ${story.length} steps held, in ${Math.round((Date.now() - started) / 1000)} s.`);
    return 0;
  } catch (error) {
    if (!(error instanceof DidNotHold)) throw error;
    say(`   ${style('red', 'did not hold')}  ${error.message}`);
    return 1;
  } finally {
    await stage.stop();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function style(format: 'bold' | 'green' | 'red', text: string): string {
  return process.stdout.isTTY ? styleText(format, text) : text;
}
