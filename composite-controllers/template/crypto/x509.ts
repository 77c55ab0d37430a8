import { X509Certificate } from 'node:crypto';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError } from '../errors.ts';
import { child, childrenOf, type DerNode, oidText, readDer, tags } from './der.ts';
import { decodeAllPem } from './pem.ts';

/** What is needed of a certificate. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
  /** DNS names, IP addresses, e-mail addresses, URIs. */
  readonly names: readonly ByteText[];
}

/** The certificate in the bytes. Throws {@link CallError} `InvalidCertificate`. */
export function readCertificate(bytes: Uint8Array): Certificate {
  try {
    // OpenSSL decides whether it is one; the rest is only picked out of it.
    new X509Certificate(bytes);
    return pick(readDer(bytes));
  } catch {
    throw new CallError('InvalidCertificate');
  }
}

function pick(root: DerNode): Certificate {
  const fields = childrenOf(child(root, 0, tags.sequence));
  const base = fields[0]?.tag === 0xa0 ? 1 : 0;
  const [subject, publicKey] = [fields[base + 4], fields[base + 5]];
  if (subject === undefined || publicKey === undefined) throw new CallError('InvalidCertificate');
  const extensions = extensionsOf(fields.find(({ tag }) => tag === 0xa3));
  const subjectKeyId = extensions.get('2.5.29.14');
  const authorityKeyId = extensions.get('2.5.29.35');
  const names = extensions.get('2.5.29.17');
  return {
    der: root.raw,
    subject: subject.raw,
    publicKey: publicKey.raw,
    subjectKeyId: subjectKeyId === undefined ? undefined : readDer(subjectKeyId).content,
    authorityKeyId:
      authorityKeyId === undefined
        ? undefined
        : childrenOf(readDer(authorityKeyId)).find(({ tag }) => tag === 0x80)?.content,
    names: names === undefined ? [] : generalNames(childrenOf(readDer(names))),
  };
}

function extensionsOf(node: DerNode | undefined): Map<string, Uint8Array> {
  if (node === undefined) return new Map();
  return new Map(
    childrenOf(child(node, 0, tags.sequence)).map((extension) => {
      const parts = childrenOf(extension);
      return [oidText(child(extension, 0, tags.oid)), parts.at(-1)?.content ?? new Uint8Array()];
    }),
  );
}

/** The kinds of names in the order in which they are listed. */
const nameTags = { dns: 0x82, address: 0x87, email: 0x81, uri: 0x86 };

function generalNames(nodes: readonly DerNode[]): ByteText[] {
  const text = ({ content }: DerNode) => Buffer.from(content).toString('latin1');
  return Object.values(nameTags).flatMap((tag) =>
    nodes.filter((node) => node.tag === tag).map(tag === nameTags.address ? addressText : text),
  );
}

/** An IP address as Go writes it. */
function addressText({ content }: DerNode): ByteText {
  const bytes = [...content];
  if (
    bytes.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255
  )
    return bytes.slice(12).join('.');
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  ).join(':');
  // The first of the longest runs of zeros, at least two, is left out.
  const runs = groups.match(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups;
  const at = groups.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${groups.slice(0, at).replace(/:$/, '')}::${groups.slice(at + longest.length).replace(/^:/, '')}`;
}

/** The certificates of a PEM text, whatever the types of its blocks say. Throws {@link CallError}. */
export function certificatesOf(text: ByteText): Certificate[] {
  return decodeAllPem(text).blocks.map(({ bytes }) => readCertificate(bytes));
}

/** The certificates as one chain from the leaf up. Throws {@link CallError} where they are not one chain. */
export function chainOf(certificates: readonly Certificate[]): Certificate[] {
  const parents = certificates.map((certificate, index) =>
    certificates.findIndex(
      (other, at) => at !== index && sameId(certificate.authorityKeyId, other.subjectKeyId),
    ),
  );
  const leaves = certificates.map((_, index) => index).filter((index) => !parents.includes(index));
  if (leaves.length > 1) throw new CallError('ChainDisjunct');
  const [leaf] = leaves;
  if (leaf === undefined) throw new CallError('ChainNoLeaf');
  const chain: Certificate[] = [];
  for (let at = leaf; at >= 0; at = parents[at] ?? -1) {
    const certificate = certificates[at];
    if (certificate === undefined || chain.length === certificates.length) throw new CallError('ChainCycle');
    chain.push(certificate);
  }
  return chain;
}

/** Whether two key ids are the same; two that are missing are, as in ESO. */
function sameId(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return Buffer.compare(a ?? new Uint8Array(), b ?? new Uint8Array()) === 0;
}

/** Whether the certificate says that it was not signed by another. */
export function isRoot({ authorityKeyId, subjectKeyId }: Certificate): boolean {
  return authorityKeyId === undefined || sameId(authorityKeyId, subjectKeyId);
}
