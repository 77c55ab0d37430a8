// Loaded before all else: the process ends at the first connection that is not to this machine. The name of the doubles'
// fronts leads here where the run says so, else nowhere.
import dns from 'node:dns';
import net from 'node:net';
import { frontName, resolveVariable } from '../../support/front-network.ts';

const isResolved = process.env[resolveVariable] === 'yes';
const here = new Set(['127.0.0.1', '::1', 'localhost', ...(isResolved ? [frontName] : [])]);

const { lookup } = dns;
dns.lookup = ((host: string, ...rest: unknown[]) =>
  (lookup as (...args: unknown[]) => void)(
    host === frontName && isResolved ? '127.0.0.1' : host,
    ...rest,
  )) as typeof dns.lookup;

interface Target {
  readonly host?: string;
  readonly path?: string;
}
type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;

const { connect } = net.Socket.prototype as unknown as { connect: Connect };
(net.Socket.prototype as unknown as { connect: Connect }).connect = function (...args) {
  const [target] = args.flat() as [Target | number];
  const host = typeof target === 'number' ? 'localhost' : (target.host ?? target.path ?? 'localhost');
  if (!here.has(host)) {
    console.log(`a connection to ${host} went around the proxy`);
    process.exit(70);
  }
  return connect.apply(this, args);
};
