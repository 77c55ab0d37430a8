{{/*
What the chart makes is made once in a rendering, kept by later ones (lookup), and made anew when its generation is raised.
*/}}

{{/* What to make: (list $ secretName generation). "keep" leaves what is there; an empty answer means that nothing is. */}}
{{- define "keyhook.made" -}}
{{- $ := index . 0 -}}
{{- $found := lookup "v1" "Secret" (include "keyhook.namespace" $) (index . 1) | default dict -}}
{{- if and $found.data (eq (dig "metadata" "annotations" "keyhook.dev/generation" "" $found) (toString (index . 2))) -}}keep{{- end -}}
{{- end -}}

{{/* Puts the serving certificate, in PEM, into .Values.madeTls: cert, key, ca. */}}
{{- define "keyhook.makeTls" -}}
{{- if not .Values.madeTls -}}
{{- $name := include "keyhook.tlsSecret" . -}}
{{- $found := lookup "v1" "Secret" (include "keyhook.namespace" .) $name | default dict -}}
{{- $data := $found.data | default dict -}}
{{- $tls := dict -}}
{{- if include "keyhook.made" (list . $name .Values.tls.generation) -}}
{{- range $key, $name := dict "cert" "tls.crt" "key" "tls.key" "ca" "ca.crt" -}}
{{- $_ := set $tls $key (index $data $name | b64dec) -}}
{{- end -}}
{{- else -}}
{{- $authority := genCA (include "keyhook.fullname" .) (int .Values.tls.days) -}}
{{- $hosts := include "keyhook.hosts" . | fromYamlArray -}}
{{- $made := genSignedCert (first $hosts) nil $hosts (int .Values.tls.days) $authority -}}
{{- /* The authority before stays trusted until the next time: the pods get their new certificate a minute later. */ -}}
{{- $before := get $data "ca.crt" | b64dec | regexFind "(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?" -}}
{{- $tls = dict "cert" $made.Cert "key" $made.Key "ca" (printf "%s%s" $authority.Cert $before) -}}
{{- end -}}
{{- $_ := set .Values "madeTls" $tls -}}
{{- end -}}
{{- end -}}
