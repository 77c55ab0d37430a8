// Loaded into every process of the tests, and into what they start, by NODE_OPTIONS: nothing but loopback can be reached. Whoever
// tries is refused as by a network that is not there, and named in the file of OUTSIDE_CALLS, which `npm test` holds against the run.
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const report = process.env.OUTSIDE_CALLS;
const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** @param {string} host */
function isLoopback(host) {
  const family = net.isIP(host);
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost');
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Nobody listens there: the connection is refused as any other would be. */
const closed = { host: '127.0.0.1', port: 1 };

/** @param {string} target */
function tell(target) {
  // Tests of what cannot be found use names that can never be (RFC 6761).
  if (report && !target.endsWith('.invalid'))
    appendFileSync(report, `${target} from ${process.argv[1] ?? 'node'}\n`);
}

const { connect } = net.Socket.prototype;
/** @this {net.Socket} @param {...any} args */
net.Socket.prototype.connect = function (...args) {
  // The arguments as they are, or already normalized by net.connect.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const options = typeof first === 'object' ? first : { port: first, host: second };
  if (options.path || !options.host || isLoopback(options.host))
    return connect.apply(this, /** @type {any} */ (args));
  tell(options.host);
  const last = args.at(-1);
  return connect.call(this, { ...options, ...closed }, typeof last === 'function' ? last : undefined);
};

/** @param {any} object @param {string} name @param {boolean} promised */
function guardLookup(object, name, promised) {
  const original = object[name];
  /** @param {string} host @param {...any} rest */
  object[name] = (host, ...rest) => {
    if (!host || isLoopback(host) || net.isIP(host) !== 0) return original(host, ...rest);
    tell(host);
    const error = Object.assign(new Error(`not loopback: ${host}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    });
    if (promised) return Promise.reject(error);
    process.nextTick(rest.at(-1), error);
  };
}
guardLookup(dns, 'lookup', false);
guardLookup(dns.promises, 'lookup', true);
for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveTxt', 'resolveSrv']) {
  guardLookup(dns, name, false);
  guardLookup(dns.promises, name, true);
}
syncBuiltinESMExports();
