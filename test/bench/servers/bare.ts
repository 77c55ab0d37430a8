import Fastify from 'fastify';
import { answerParent } from './parent.ts';

/** What every Node webhook pays: Fastify, and the parsing of the body. */
const app = Fastify({ bodyLimit: 32 * 1024 * 1024 });
app.post('/sync', async () => ({}));
answerParent(await app.listen({ host: '127.0.0.1', port: 0 }), () => app.close());
