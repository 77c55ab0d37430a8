import { K } from '../../providers/kit/schema.ts';

/** Schema of a Kubernetes LabelSelector. */
export const labelSelector = (description: string) =>
  K.object(
    description,
    {
      matchLabels: K.optional(K.map('Labels, all of which must match.', K.string())),
      matchExpressions: K.optional(
        K.list(
          'Conditions on labels, all of which must match.',
          K.object('One condition.', {
            key: K.string('The label.'),
            operator: K.enum('How the label is compared with the values.', [
              'In',
              'NotIn',
              'Exists',
              'DoesNotExist',
            ]),
            values: K.optional(K.list('The values of In and NotIn.', K.string())),
          }),
        ),
      ),
    },
    { atomic: true },
  );

/** Schema of a LabelSelector over namespaces. */
export const namespaceSelector = labelSelector(
  'Selects namespaces by their labels; an empty selector selects all of them.',
);
