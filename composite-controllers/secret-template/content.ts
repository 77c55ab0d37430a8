import type { SecretMap } from '../../providers/kit/provider.ts';
import { controllerUidLabel, inputsAnnotation, markAnnotations } from '../lib/names.ts';

/** What a Secret is to hold, before it is anybody's (spec core 1.8 no. 2). */
export interface Content {
  readonly data: SecretMap;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent: as it is, and Opaque for a new Secret. */
  readonly type?: string;
  readonly finalizers?: readonly string[];
}

/** Labels or annotations that somebody else asks for: all but those of the machinery around us. */
export function inherited(map: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map ?? {}).filter(
      ([key]) =>
        key !== controllerUidLabel &&
        !markAnnotations.includes(key) &&
        key !== inputsAnnotation &&
        !key.startsWith('metacontroller.k8s.io/'),
    ),
  );
}
