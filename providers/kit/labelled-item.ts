import { ProviderError } from './errors.ts';
import type { RemoteSecret, SecretMap } from './provider.ts';

/** A field of an item; several may have one label. */
export interface ItemField {
  readonly label: string;
  readonly value: Uint8Array;
  /** The code that is valid now, where the field makes one-time passwords. */
  readonly code?: string;
}

/** A file of an item. */
export interface ItemFile {
  readonly name: string;
  /** Throws ProviderError when it could not be fetched. */
  content(): Uint8Array;
  readonly size: number;
}

/** An item of labelled fields and files, as 1Password keeps its secrets (spec providers 6, 7). */
export interface LabelledItem {
  /** What a property without a prefix means, and what is extracted. */
  readonly main: 'fields' | 'files';
  readonly fields: readonly ItemField[];
  readonly files: readonly ItemFile[];
}

const defaultLabel = 'password';
const codeSuffix = '?attribute=otp';

/** Where a property of an item leads: `field/x`, `file/x`, or x among what the item mainly holds. */
export function partOf(
  { main }: Pick<LabelledItem, 'main'>,
  property: string,
): { kind: 'fields' | 'files'; name: string } {
  const [, prefix, name] = /^(field|file)\/(.*)$/s.exec(property) ?? [];
  if (prefix === undefined || name === undefined) return { kind: main, name: property };
  return { kind: prefix === 'file' ? 'files' : 'fields', name };
}

/**
 * The item as a secret. Labels are no paths, and one that occurs twice is nobody's: throws `Ambiguous`, so that no other
 * value than the meant one is ever taken. `x?attribute=otp` gives the one-time password of field x.
 */
export function labelledSecret(item: LabelledItem, what: string): RemoteSecret {
  const field = (label: string): ItemField => onlyField(item.fields, label, what);
  return {
    size: [...item.fields.map(({ value }) => value.byteLength), ...item.files.map(({ size }) => size)].reduce(
      (sum, size) => sum + size,
      0,
    ),
    value(property = '') {
      const { kind, name } = partOf(item, property);
      if (kind === 'files') {
        const file = item.files.find((candidate) => name === '' || candidate.name === name);
        if (file === undefined) throw new ProviderError('PropertyMissing', { what, property });
        return file.content();
      }
      const label = name || defaultLabel;
      const isLabel = item.fields.some((candidate) => candidate.label === label);
      if (isLabel || !label.endsWith(codeSuffix)) return field(label).value;
      const { code } = field(label.slice(0, -codeSuffix.length));
      if (code === undefined) throw new ProviderError('PropertyMissing', { what, property });
      return Buffer.from(code);
    },
    map(property = '') {
      const { kind, name } = partOf(item, property);
      const map: SecretMap = new Map();
      if (kind === 'files') {
        for (const file of item.files)
          if (name === '' || file.name === name) map.set(file.name, file.content());
      } else {
        for (const { label } of item.fields)
          if (name === '' || label === name) map.set(label, field(label).value);
      }
      return map;
    },
  };
}

/** The one field with that label. Throws `PropertyMissing` or `Ambiguous`. */
export function onlyField<F extends { readonly label: string }>(
  fields: readonly F[],
  label: string,
  what: string,
): F {
  const [first, second] = fields.filter((candidate) => candidate.label === label);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what: `${label} in ${what}` });
  if (first === undefined) throw new ProviderError('PropertyMissing', { what, property: label });
  return first;
}
