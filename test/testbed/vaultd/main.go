// Command vaultd serves an in-memory, unsealed HashiCorp Vault with the KV and SSH engines and the auth methods under test.
// It prints one line of JSON, {"address","token"}, once it listens; its storage ends with the process.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"

	hclog "github.com/hashicorp/go-hclog"
	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	kubeauth "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	awsauth "github.com/hashicorp/vault/builtin/credential/aws"
	"github.com/hashicorp/vault/builtin/credential/cert"
	"github.com/hashicorp/vault/builtin/credential/ldap"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/builtin/logical/ssh"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// noPlugins answers that nothing is built in beyond the factories given to the core.
type noPlugins struct{}

func (noPlugins) Contains(string, consts.PluginType) bool                   { return false }
func (noPlugins) Get(string, consts.PluginType) (func() (any, error), bool) { return nil, false }
func (noPlugins) Keys(consts.PluginType) []string                           { return nil }
func (noPlugins) IsBuiltinEntPlugin(string, consts.PluginType) bool         { return false }
func (noPlugins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, false
}

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "listen address")
	certFile := flag.String("tls-cert", "", "PEM file of the server's certificate; serves HTTPS when set")
	keyFile := flag.String("tls-key", "", "PEM file of the certificate's key")
	clientCA := flag.String("client-ca", "", "PEM file of the CA that every client certificate must come from")
	flag.Parse()

	core, rootToken, err := unsealedCore()
	if err != nil {
		log.Fatal(err)
	}
	tlsConfig, err := tlsConfig(*certFile, *keyFile, *clientCA)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler:   vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core}),
		TLSConfig: tlsConfig,
	}
	scheme, serve := "http", server.Serve
	if tlsConfig != nil {
		scheme = "https"
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	// The connection queue exists already, so whoever reads this line may connect.
	json.NewEncoder(os.Stdout).Encode(map[string]string{
		"address": scheme + "://" + listener.Addr().String(),
		"token":   rootToken,
	})
	log.Fatal(serve(listener))
}

func unsealedCore() (*vault.Core, string, error) {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:        storage,
		DisableMlock:    true,
		BuiltinRegistry: noPlugins{},
		Logger:          logger,
		LogicalBackends: map[string]logical.Factory{"kv": kv.Factory, "ssh": ssh.Factory},
		CredentialBackends: map[string]logical.Factory{
			"approle":    approle.Factory,
			"aws":        awsauth.Factory,
			"cert":       cert.Factory,
			"jwt":        jwtauth.Factory,
			"kubernetes": kubeauth.Factory,
			"ldap":       ldap.Factory,
			"userpass":   userpass.Factory,
		},
	})
	if err != nil {
		return nil, "", err
	}
	oneShare := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	init, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: oneShare, RecoveryConfig: oneShare})
	if err != nil {
		return nil, "", err
	}
	if _, err := core.Unseal(init.SecretShares[0]); err != nil {
		return nil, "", err
	}
	return core, init.RootToken, nil
}

// tlsConfig returns nil without a certificate. As Vault's own listener does, it asks every client for a certificate
// (the cert auth method looks at it) and insists on a valid one only when a client CA is given.
func tlsConfig(certFile, keyFile, clientCA string) (*tls.Config, error) {
	if certFile == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert}
	if clientCA != "" {
		pem, err := os.ReadFile(clientCA)
		if err != nil {
			return nil, err
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("no certificate in " + clientCA)
		}
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}
