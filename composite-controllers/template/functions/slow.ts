import { pkcs12Functions } from './pkcs12.ts';
import type { FunctionTable } from './signature.ts';
import { certificateFunctions } from './slow-certificates.ts';
import { passwordFunctions } from './slow-passwords.ts';

const callees: FunctionTable = { ...passwordFunctions, ...certificateFunctions, ...pkcs12Functions };

/** The functions that take long by design, each within the budget for such: candidates for a thread that can be stopped. */
export const slowFunctions: FunctionTable = Object.fromEntries(
  Object.entries(callees).map(([name, callee]) => [
    name,
    {
      ...callee,
      call: (args, context) => {
        context.budget.slow();
        return callee.call(args, context);
      },
    },
  ]),
);
