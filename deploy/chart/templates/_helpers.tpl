{{- define "keyhook.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "keyhook.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* Labels that select pods: (list $ "component"). */}}
{{- define "keyhook.selector" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ default $.Chart.Name $.Values.nameOverride }}
app.kubernetes.io/instance: {{ $.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "keyhook.labels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "keyhook.serviceAccount" -}}
{{- .Values.serviceAccount.create | ternary (default (include "keyhook.fullname" .) .Values.serviceAccount.name) (default "default" .Values.serviceAccount.name) -}}
{{- end -}}

{{- define "keyhook.tlsSecret" -}}
{{- default (printf "%s-tls" (include "keyhook.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- define "keyhook.tokenSecret" -}}
{{- default (printf "%s-token" (include "keyhook.fullname" .)) .Values.auth.existingSecret -}}
{{- end -}}

{{/* Names in the serving certificate, as YAML; the first is the one that Metacontroller calls. */}}
{{- define "keyhook.hosts" -}}
{{- $name := include "keyhook.fullname" . -}}
{{- $namespace := include "keyhook.namespace" . -}}
- {{ $name }}.{{ $namespace }}.svc
- {{ $name }}.{{ $namespace }}
- {{ $name }}
{{- end -}}

{{/* A security context as OpenShift wants it: (list $ context). */}}
{{- define "keyhook.securityContext" -}}
{{- $ := index . 0 -}}
{{- $context := omit (index . 1) "enabled" -}}
{{- $adapt := $.Values.global.compatibility.openshift.adaptSecurityContext -}}
{{- if or (eq $adapt "force") (and (eq $adapt "auto") ($.Capabilities.APIVersions.Has "security.openshift.io/v1")) -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{/* Where pods may run: (list $ "component"). */}}
{{- define "keyhook.placement" -}}
{{- $ := index . 0 -}}
{{- with default $.Values.global.nodeSelector $.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $.Values.global.tolerations $.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $.Values.global.affinity $.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- with default $.Values.global.topologySpreadConstraints $.Values.topologySpreadConstraints }}
  {{- toYaml . | nindent 2 }}
{{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "keyhook.selector" . | nindent 8 }}
{{- end }}
{{- with $.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $.Values.schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- with $.Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with default $.Values.global.imagePullSecrets $.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $.Values.global.hostAliases $.Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
