import { compose } from '../../../server/compose.ts';
import { readServeConfig } from '../../../server/config.ts';
import { createLogger } from '../../../server/logger.ts';
import { serve } from '../../../server/serve.ts';
import { answerParent } from './parent.ts';

/** The server as it ships, with the flags that the first argument gives. */
const config = readServeConfig(JSON.parse(process.argv[2] ?? '{}'), {});
const running = await serve(config, createLogger(config.logLevel), compose);
answerParent(running.url, running.close);
