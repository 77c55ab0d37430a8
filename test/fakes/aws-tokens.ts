interface OpenedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
}

const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const lifetimeMs = 3_600_000;

/**
 * STS in its query protocol: docs.aws.amazon.com/STS/latest/APIReference/ API_AssumeRole, API_AssumeRoleWithWebIdentity and
 * API_GetCallerIdentity.
 */
export function securityTokens(openSession: (roleArn: string) => OpenedSession) {
  const assume = (arn: string) => {
    const { accessKeyId, secretAccessKey, token } = openSession(arn);
    const expiration = new Date(Date.now() + lifetimeMs).toISOString();
    return `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
  };
  const whoAmI = () =>
    '<Arn>arn:aws:iam::123456789012:user/app</Arn><UserId>AIDA</UserId><Account>123456789012</Account>';
  return {
    answer(operation: string, input: Readonly<Record<string, string>>): string {
      const result = operation === 'GetCallerIdentity' ? whoAmI() : assume(input.RoleArn ?? '');
      return `<${operation}Response ${namespace}><${operation}Result>${result}</${operation}Result></${operation}Response>`;
    },
    fault(name: string, message: string): string {
      return `<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    },
  };
}
