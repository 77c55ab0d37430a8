// needs: moto
import { motoHost } from './aws-host.ts';
import { awsHarnesses } from './harness/aws.ts';
import { conformance } from './kit.ts';

for (const harness of awsHarnesses('moto', motoHost)) await conformance(harness);
