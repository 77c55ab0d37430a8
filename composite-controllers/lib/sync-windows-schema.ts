import type { Static } from 'typebox';
import { K } from '../../providers/kit/schema.ts';

/** Standard cron with five fields, or one of its names (spec core 1.1). */
const cron =
  '^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|@every [^\\s]+.*|[^\\s]+( [^\\s]+){4})$';

/** Schema of windows in time (spec core 1.1). */
export const syncWindows = K.object('Times at which the backend is read, or not read.', {
  kind: K.enum('allow: reads happen inside the windows only. deny: reads happen outside of them only.', [
    'allow',
    'deny',
  ]),
  windows: K.list(
    'The windows.',
    K.object('One window.', {
      schedule: K.string(
        'Start of the window: a cron expression with five fields, or a name such as @daily.',
        {
          minLength: 1,
          pattern: cron,
        },
      ),
      duration: K.duration('Length of the window, such as 2h.'),
    }),
    { minItems: 1 },
  ),
});

export type SyncWindows = Static<typeof syncWindows>;
