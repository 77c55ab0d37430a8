import { fake } from './generators/fake.ts';
import { mfa } from './generators/mfa.ts';
import { password } from './generators/password.ts';
import { sshKey } from './generators/ssh-key.ts';
import { uuid } from './generators/uuid.ts';
import type { Generator } from './kit/generator.ts';

const built = [fake, mfa, password, sshKey, uuid];

/** The generators that are built, by kind. */
export const generatorRegistry: ReadonlyMap<string, Generator> = new Map(
  built.map((generator) => [generator.kind, generator]),
);
