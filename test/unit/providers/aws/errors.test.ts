import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import { AwsFault } from '../../../fakes/aws-model.ts';
import { aws, connect, rejects, signal } from './loopback.ts';

test('an error of AWS comes to our own by its name, then by its status', async (t) => {
  const client = await connect(t);
  const rows: [name: string, status: number, code: ProviderErrorCode][] = [
    ['ThrottlingException', 400, 'Throttled'],
    ['Throttling', 400, 'Throttled'],
    ['TooManyRequestsException', 429, 'Throttled'],
    ['RequestLimitExceeded', 503, 'Throttled'],
    ['AccessDeniedException', 400, 'Denied'],
    ['AccessDenied', 403, 'Denied'],
    ['UnrecognizedClientException', 400, 'LoginFailed'],
    ['InvalidSignatureException', 400, 'LoginFailed'],
    ['InvalidClientTokenId', 403, 'LoginFailed'],
    ['ExpiredTokenException', 400, 'LoginFailed'],
    ['IncompleteSignature', 400, 'LoginFailed'],
    ['MissingAuthenticationToken', 403, 'LoginFailed'],
    ['ResourceNotFoundException', 400, 'NotFound'],
    ['ResourceNotFoundException', 404, 'NotFound'],
    ['InvalidRequestException', 400, 'Rejected'],
    ['InvalidParameterException', 400, 'Rejected'],
    ['ValidationException', 400, 'Rejected'],
    ['DecryptionFailure', 400, 'Rejected'],
    ['InternalServiceError', 500, 'Unavailable'],
    ['InternalFailure', 500, 'Unavailable'],
    ['ServiceUnavailable', 503, 'Unavailable'],
    ['SomethingNewException', 400, 'Rejected'],
    ['SomethingNewException', 500, 'Unavailable'],
  ];
  for (const [name, status, code] of rows) {
    aws.fail('GetSecretValue', new AwsFault(name, undefined, status));
    const error = await rejects(client.read({ key: 'app' }, signal()), code);
    assert.equal(error.details.what, 'app');
    if (code !== 'NotFound')
      assert.deepEqual([error.details.status, error.details.backendCode], [status, name]);
  }
});

test('only in the read of a value is "not found" an absence', async (t) => {
  const fault = new AwsFault('ResourceNotFoundException');
  const client = await connect(t);
  aws.fail('DescribeSecret', fault);
  await rejects(client.read({ key: 'app', metadata: true }, signal()), 'Rejected');
  aws.fail('ListSecrets', fault);
  await rejects(client.find!({ name: '.' }, signal()), 'Rejected');
  const parameters = await connect(t, { service: 'ParameterStore' });
  aws.fail('GetParameter', fault);
  await rejects(parameters.read({ key: 'app' }, signal()), 'Rejected');
  aws.fail('GetParameter', new AwsFault('ParameterVersionNotFound'));
  await rejects(parameters.read({ key: 'app', version: '7' }, signal()), 'Rejected');
});

test('a secret that was marked for deletion is absent, whichever name and words AWS uses', async (t) => {
  const client = await connect(t);
  const sentences = [
    "You can't perform this operation on the secret because it was marked for deletion.",
    "You tried to perform the operation on a secret that's currently marked deleted.",
  ];
  for (const name of ['InvalidRequestException', 'InvalidParameterException']) {
    for (const sentence of sentences) {
      aws.fail('GetSecretValue', new AwsFault(name, sentence));
      await rejects(client.read({ key: 'app' }, signal()), 'NotFound');
    }
  }
  aws.fail('GetSecretValue', new AwsFault('AccessDeniedException', sentences[0]));
  await rejects(client.read({ key: 'app' }, signal()), 'Denied');
});
