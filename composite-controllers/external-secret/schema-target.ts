import { K, type Rule } from '../../providers/kit/schema.ts';
import { template } from '../secret-template/schema.ts';

/* The rules of admission are those of spec core 1.2 no. 1, 2, 4 and 5; the words are ESO's. */

/** Secrets that are credentials of the cluster itself. */
const privileges: readonly Rule[] = [
  {
    rule: "!(has(self.type) && self.type == 'kubernetes.io/service-account-token' && has(self.metadata) && has(self.metadata.annotations) && 'kubernetes.io/service-account.name' in self.metadata.annotations)",
    message:
      'template.type="kubernetes.io/service-account-token" with annotation "kubernetes.io/service-account.name" is not allowed',
  },
  {
    rule: "!(has(self.type) && self.type == 'kubernetes.io/service-account-token' && has(self.templateFrom) && self.templateFrom.exists(t, has(t.target) && t.target.matches('(?i)^annotations$')))",
    message:
      'template.type="kubernetes.io/service-account-token" with templateFrom target="Annotations" is not allowed',
  },
  {
    rule: "!(has(self.type) && self.type == 'bootstrap.kubernetes.io/token')",
    message: 'template.type="bootstrap.kubernetes.io/token" is not allowed',
  },
];

/** Schema of `spec.target`. */
export const target = K.object(
  'What is written: a Secret, unless manifest says otherwise.',
  {
    name: K.optional(K.objectName('Name of the target. Absent means the name of the ExternalSecret.')),
    creationPolicy: K.defaulted(
      K.enum(
        'Owner: created, overwritten, and deleted with the ExternalSecret. Orphan: created and overwritten, and it stays. Merge: keys are added to a target that exists. CreateOrMerge: created when it is missing, else merged. None: nothing is written.',
        ['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'],
      ),
      'Owner',
    ),
    deletionPolicy: K.defaulted(
      K.enum(
        'What happens when the backend says that nothing is there. Retain: the target stays. Delete: the target is deleted. Merge: the keys are removed, the target stays.',
        ['Delete', 'Merge', 'Retain'],
      ),
      'Retain',
    ),
    immutable: K.optional(K.bool('Makes the Secret immutable; it is never updated once it is written.')),
    manifest: K.optional(
      K.object('A target of another kind, where the installation allows it.', {
        apiVersion: K.string('API version, such as v1.', { minLength: 1 }),
        kind: K.string('Kind, such as ConfigMap.', { minLength: 1 }),
      }),
    ),
    template: K.optional(
      template(
        'A template of the target. Without it the target holds what the backend answered.',
        privileges,
      ),
    ),
  },
  {
    rules: [
      {
        rule: "!(self.deletionPolicy == 'Delete' && self.creationPolicy in ['Merge', 'None', 'CreateOrMerge'])",
        message:
          "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
      },
      {
        rule: "!(self.deletionPolicy == 'Merge' && self.creationPolicy == 'None')",
        message:
          'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
      },
      {
        rule: "(has(self.manifest) && !(self.manifest.apiVersion == 'v1' && self.manifest.kind == 'Secret')) || !has(self.template) || !has(self.template.templateFrom) || self.template.templateFrom.all(t, !has(t.target) || t.target.matches('(?i)^(|data|annotations|labels)$'))",
        message:
          'templateFrom target is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
      },
    ],
  },
);
