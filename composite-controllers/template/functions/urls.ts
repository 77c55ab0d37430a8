import { isIPv6 } from 'node:net';
import { type ByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { type Dict, dict } from '../values/value.ts';
import { type FunctionTable, fn } from './signature.ts';

/** URLs by the rules of Go's net/url. */
export const urlFunctions: FunctionTable = {
  urlParse: fn(['string'], ([text]) => dict(Object.entries(parseUrl(text)))),
  urlJoin: fn(['map'], ([parts]) => joinUrl(parts)),
};

type Part = 'scheme' | 'host' | 'hostname' | 'path' | 'query' | 'opaque' | 'fragment' | 'userinfo';

/** Characters besides letters, digits and `-_.~` that stand for themselves. */
const plain = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
} as const;

function escapeFor(text: ByteText, kind: keyof typeof plain): ByteText {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (char) =>
    plain[kind].includes(char) ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function unescaped(text: ByteText): ByteText {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw invalid();
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const invalid = () => new CallError('InvalidUrl');

function parseUrl(text: ByteText): Record<Part, ByteText> {
  const [main, fragment] = cut(text, '#');
  const none = { scheme: '', host: '', hostname: '', path: '', query: '', opaque: '', userinfo: '' };
  const parsed = main === '*' ? { ...none, path: '*' } : { ...none, ...parseMain(main) };
  return { ...parsed, hostname: hostname(parsed.host), fragment: unescaped(fragment) };
}

function parseMain(text: ByteText): Partial<Record<Part, ByteText>> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a URL must not hold
  if (/[\x00-\x1f\x7f]/.test(text) || text.startsWith(':')) throw invalid();
  const [whole = '', name = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text) ?? [];
  const scheme = name.toLowerCase();
  const [rest, query] = cut(text.slice(whole.length), '?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, query, opaque: rest };
    if (cut(rest, '/')[0].includes(':')) throw invalid();
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///')))
    return { scheme, query, path: unescaped(rest) };
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  return { scheme, query, ...parseAuthority(authority, scheme), path: unescaped(path) };
}

function parseAuthority(text: ByteText, scheme: ByteText): { host: ByteText; userinfo: ByteText } {
  const at = text.lastIndexOf('@');
  const host = parseHost(text.slice(at + 1), scheme);
  return { host, userinfo: at < 0 ? '' : normalUser(text.slice(0, at)) };
}

/** The user and password, escaped as Go writes them. */
function normalUser(text: ByteText): ByteText {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw invalid();
  const colon = text.indexOf(':');
  if (colon < 0) return escapeFor(unescaped(text), 'user');
  return `${escapeFor(unescaped(text.slice(0, colon)), 'user')}:${escapeFor(unescaped(text.slice(colon + 1)), 'user')}`;
}

function parseHost(text: ByteText, scheme: ByteText): ByteText {
  const open = text.lastIndexOf('[');
  if (open > 0) throw invalid();
  if (open === 0) {
    const close = text.lastIndexOf(']');
    const port = text.slice(close + 1);
    if (close < 0 || !isPort(port)) throw invalid();
    const inside = text.slice(1, close);
    const zone = inside.indexOf('%25');
    const address =
      unescapeHost(zone < 0 ? inside : inside.slice(0, zone)) +
      (zone < 0 ? '' : unescapeZone(inside.slice(zone)));
    if (!isIPv6(address) || address.endsWith('%')) throw invalid();
    return `[${address}]${port}`;
  }
  const strict = scheme === 'http' || scheme === 'https';
  const colon = strict ? text.indexOf(':') : text.lastIndexOf(':');
  if (colon >= 0 && !isPort(text.slice(colon))) throw invalid();
  return unescapeHost(text);
}

const isPort = (text: ByteText) => /^(?::[0-9]*)?$/.test(text);

/** A host may escape only what is not ASCII, and the percent sign. */
function unescapeHost(text: ByteText): ByteText {
  if (/%(?!25)[0-7]/.test(text)) throw invalid();
  return refuseOdd(text);
}

function unescapeZone(text: ByteText): ByteText {
  for (const [, hex = ''] of text.matchAll(/%([0-9a-fA-F]{2})/g)) {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    if (hex !== '25' && char !== ' ' && escapeFor(char, 'host') !== char) throw invalid();
  }
  return refuseOdd(text);
}

function refuseOdd(text: ByteText): ByteText {
  for (const char of text)
    if (char < '\x80' && char !== '%' && escapeFor(char, 'host') !== char) throw invalid();
  return unescaped(text);
}

function hostname(host: ByteText): ByteText {
  const colon = host.lastIndexOf(':');
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function joinUrl(parts: Dict): ByteText {
  const part = (name: Part): ByteText => {
    const value = parts.entries.get(toByteText(name)) ?? (parts.entries.has(name) ? null : '');
    if (typeof value !== 'string') throw new CallError('ArgumentNot', { type: 'string' });
    return value;
  };
  const [scheme, host, path, query, opaque, fragment] = (
    ['scheme', 'host', 'path', 'query', 'opaque', 'fragment'] as const
  ).map(part) as [ByteText, ByteText, ByteText, ByteText, ByteText, ByteText];
  const given = part('userinfo');
  const userinfo = given === '' ? undefined : joinedUser(given);
  let result = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') result += opaque;
  else {
    if (
      (scheme !== '' || host !== '' || userinfo !== undefined) &&
      (host !== '' || path !== '' || userinfo !== undefined)
    )
      result += '//';
    if (userinfo !== undefined) result += `${userinfo}@`;
    result += escapeFor(host, 'host');
    const escaped = path === '*' ? path : escapeFor(path, 'path');
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') result += '/';
    if (result === '' && cut(escaped, '/')[0].includes(':')) result = './';
    result += escaped;
  }
  if (query !== '') result += `?${query}`;
  return fragment === '' ? result : `${result}#${escapeFor(fragment, 'fragment')}`;
}

/** The user of `proto://userinfo@host`; what is no user there, but a path or query, leaves none. */
function joinedUser(text: ByteText): ByteText | undefined {
  const main = cut(`proto://${text}@host`, '#')[0];
  const authority = /^proto:\/\/([^/?]*)/.exec(main)?.[1] ?? '';
  parseUrl(`proto://${text}@host`);
  return authority.includes('@') ? parseAuthority(authority, 'proto').userinfo : undefined;
}

function cut(text: ByteText, separator: string): [ByteText, ByteText] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
