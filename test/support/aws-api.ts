import { http } from './http.ts';

/** A client for tests that write: calls by `<service>.<Operation>`, without a signature. Throws for any answer but 200. */
export type AwsCaller = (
  target: `secretsmanager.${string}` | `AmazonSSM.${string}`,
  body: object,
) => Promise<Record<string, unknown>>;

/** An {@link AwsCaller} for an endpoint that checks no signatures, such as moto. */
export function awsCaller(url: string): AwsCaller {
  return async (target, body) => {
    const service = target.startsWith('AmazonSSM') ? 'ssm' : 'secretsmanager';
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/${service}/aws4_request`,
    };
    const answer = await http({ url, method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${answer.status} to ${target}: ${answer.body}`);
    return JSON.parse(answer.body.toString());
  };
}
