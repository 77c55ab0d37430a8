import type { Case } from './case.ts';
import { casesOfHooks } from './cases-of-hooks.ts';
import { casesOfObjects } from './cases-of-objects.ts';

/** What is recorded from Metacontroller and replayed against the stand-in. */
export const cases: readonly Case[] = [...casesOfObjects, ...casesOfHooks];
