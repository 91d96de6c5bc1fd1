package proof

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"matou/directory"
)

// NewKey makes an Ed25519 key, and gives it as PKCS #8 DER, as it is kept.
func NewKey() (der []byte, err error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a proof key: %w", err)
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

// ParsePrivate reads what NewKey gave.
func ParsePrivate(der []byte) (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read proof key: %w", err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, directory.Invalid("proofKey", "must be an Ed25519 key")
	}
	return key, nil
}

// Public is the public half of a key.
func Public(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}
