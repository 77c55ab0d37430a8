package functions

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"github.com/lestrrat-go/jwx/v2/jwk"
	gopkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Our own words for what ESO adds to sprig, over the libraries that it uses.
func init() {
	All["filterPEM"] = filterPEM
	All["filterCertChain"] = filterCertChain
	All["certSANs"] = certSANs
	All["rsaDecrypt"] = rsaDecrypt
	All["jwkPublicKeyPem"] = func(text string) (string, error) {
		return jwkPEM(text, "PUBLIC KEY", x509.MarshalPKIXPublicKey)
	}
	All["jwkPrivateKeyPem"] = func(text string) (string, error) {
		return jwkPEM(text, "PRIVATE KEY", x509.MarshalPKCS8PrivateKey)
	}
	All["pkcs12keyPass"] = pkcs12Key
	All["pkcs12key"] = func(file string) (string, error) { return pkcs12Key("", file) }
	All["pkcs12certPass"] = pkcs12Certificates
	All["pkcs12cert"] = func(file string) (string, error) { return pkcs12Certificates("", file) }
}

func blocks(text string) (found []*pem.Block, rest []byte) {
	rest = []byte(text)
	for {
		block, left := pem.Decode(rest)
		rest = left
		if block == nil {
			return found, rest
		}
		found = append(found, block)
	}
}

func fromBegin(text string) string {
	if at := strings.Index(text, "-----BEGIN"); at > 0 {
		return text[at:]
	}
	return text
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func filterPEM(kind, text string) (string, error) {
	found, rest := blocks(fromBegin(text))
	var out strings.Builder
	for _, block := range found {
		if strings.EqualFold(block.Type, kind) {
			out.Write(pem.EncodeToMemory(block))
		}
	}
	if out.Len() == 0 && len(rest) > 0 {
		return "", errors.New("junk")
	}
	return out.String(), nil
}

// chain orders certificates from the leaf up.
func chain(found []*x509.Certificate) ([]*x509.Certificate, error) {
	parent := map[int]int{}
	isParent := map[int]bool{}
	for i, certificate := range found {
		for j, other := range found {
			if i != j && bytes.Equal(certificate.AuthorityKeyId, other.SubjectKeyId) {
				parent[i], isParent[j] = j, true
				break
			}
		}
	}
	leaf := -1
	for i := range found {
		if !isParent[i] {
			if leaf >= 0 {
				return nil, errors.New("disjunct")
			}
			leaf = i
		}
	}
	if leaf < 0 {
		return nil, errors.New("no leaf")
	}
	var ordered []*x509.Certificate
	for at, ok := leaf, true; ok; at, ok = parent[at] {
		if len(ordered) == len(found) {
			return nil, errors.New("cycle")
		}
		ordered = append(ordered, found[at])
		if _, has := parent[at]; !has {
			break
		}
	}
	return ordered, nil
}

func isRoot(certificate *x509.Certificate) bool {
	return certificate.AuthorityKeyId == nil || bytes.Equal(certificate.AuthorityKeyId, certificate.SubjectKeyId)
}

func filterCertChain(part, text string) (string, error) {
	found, _ := blocks(text)
	var certificates []*x509.Certificate
	for _, block := range found {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", err
		}
		certificates = append(certificates, certificate)
	}
	ordered, err := chain(certificates)
	if err != nil {
		return "", err
	}
	first, last := ordered[0], ordered[len(ordered)-1]
	var out strings.Builder
	switch {
	case part == "leaf" && !isRoot(first):
		out.WriteString(encode("CERTIFICATE", first.Raw))
	case part == "root" && isRoot(last):
		out.WriteString(encode("CERTIFICATE", last.Raw))
	case part == "intermediate":
		for _, certificate := range ordered[1:] {
			if isRoot(certificate) {
				break
			}
			out.WriteString(encode("CERTIFICATE", certificate.Raw))
		}
	}
	return out.String(), nil
}

func certSANs(text string) ([]string, error) {
	block, _ := pem.Decode([]byte(fromBegin(text)))
	if block == nil {
		return nil, errors.New("no PEM")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	names := append([]string{}, certificate.DNSNames...)
	for _, address := range certificate.IPAddresses {
		names = append(names, address.String())
	}
	names = append(names, certificate.EmailAddresses...)
	for _, uri := range certificate.URIs {
		names = append(names, uri.String())
	}
	return names, nil
}

func rsaDecrypt(scheme, hash, text, key string) (string, error) {
	if scheme == "None" {
		return text, nil
	}
	block, _ := pem.Decode([]byte(key))
	if scheme != "RSA-OAEP" || block == nil {
		return "", errors.New("scheme or key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if pkcs1, failed := x509.ParsePKCS1PrivateKey(block.Bytes); failed == nil {
		parsed, err = pkcs1, nil
	}
	if err != nil {
		return "", err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", errors.New("no RSA key")
	}
	hashes := map[string]crypto.Hash{"SHA1": crypto.SHA1, "SHA512": crypto.SHA512}
	chosen, ok := hashes[hash]
	if !ok {
		chosen = crypto.SHA256
	}
	plain, err := rsa.DecryptOAEP(chosen.New(), nil, private, []byte(text), nil)
	return string(plain), err
}

func jwkPEM(text, kind string, marshal func(any) ([]byte, error)) (string, error) {
	key, err := jwk.ParseKey([]byte(text))
	if err != nil {
		return "", err
	}
	var raw any
	if err := key.Raw(&raw); err != nil {
		return "", err
	}
	der, err := marshal(raw)
	return encode(kind, der), err
}

func pkcs12Key(password, file string) (string, error) {
	key, _, _, err := gopkcs12.DecodeChain([]byte(file), password)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encode("PRIVATE KEY", der), err
}

func pkcs12Certificates(password, file string) (string, error) {
	_, first, others, err := gopkcs12.DecodeChain([]byte(file), password)
	if err != nil {
		return "", err
	}
	certificates := append([]*x509.Certificate{first}, others...)
	if ordered, err := chain(certificates); err == nil {
		certificates = ordered
	}
	var out strings.Builder
	for _, certificate := range certificates {
		out.WriteString(encode("CERTIFICATE", certificate.Raw))
	}
	return out.String(), nil
}
