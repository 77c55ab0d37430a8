import { parentPort } from 'node:worker_threads';
import { threadLimits } from '../composite-controllers/template/limits.ts';
import { doWork, type Work } from '../composite-controllers/template/work.ts';
import { randomness } from './randomness.ts';

// The whole of the template thread: it says that it is there; then work comes in, and its result goes out.
parentPort?.on('message', (work: Work) => parentPort?.postMessage(doWork(work, randomness, threadLimits)));
parentPort?.postMessage('ready');
