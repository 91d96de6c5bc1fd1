package signature

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

// Bounds of the keys of others: less is broken, more makes a verification
// cost too much.
const (
	minModulusBits = 2048
	maxModulusBits = 8192
	maxPEMBytes    = 16 << 10
	maxDERBytes    = 8 << 10
)

// NewKey makes an RSA key of 2048 bits, the size that every peer takes.
func NewKey() (*rsa.PrivateKey, error) {
	return rsa.GenerateKey(rand.Reader, 2048)
}

// PublicPEM gives the public half of key as actors publish it: a PEM block
// PUBLIC KEY (SubjectPublicKeyInfo, RFC 7468 13).
func PublicPEM(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "" // an RSA key always has this form
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// PEM gives a public key that is kept as SubjectPublicKeyInfo DER as actors
// publish it.
func PEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// MarshalPrivate gives key as PKCS #8 DER, as it is kept.
func MarshalPrivate(key *rsa.PrivateKey) ([]byte, error) {
	return x509.MarshalPKCS8PrivateKey(key)
}

// ParsePrivate reads what MarshalPrivate gave.
func ParsePrivate(der []byte) (*rsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, refuse(ReasonKey, "the private key is no RSA key")
	}
	return key, nil
}

// ParsePublicKeyPEM reads the publicKeyPem of an actor and gives it as
// SubjectPublicKeyInfo DER, as it is kept. The text must be exactly one PEM
// block, PUBLIC KEY or RSA PUBLIC KEY (PKCS #1), with an RSA key of 2048 to
// 8192 bits or an Ed25519 key.
func ParsePublicKeyPEM(text string) (der []byte, err error) {
	if len(text) > maxPEMBytes {
		return nil, refuse(ReasonKey, "the PEM text is %d bytes long, more than %d", len(text), maxPEMBytes)
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "-----BEGIN ") {
		return nil, refuse(ReasonKey, "the text is no PEM block")
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(bytes.TrimSpace(rest)) > 0 || len(block.Headers) > 0 {
		return nil, refuse(ReasonKey, "the text is not exactly one PEM block")
	}
	var key crypto.PublicKey
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return nil, refuse(ReasonKey, "the PEM block is no public key")
	}
	if err != nil {
		return nil, refuse(ReasonKey, "the PEM block holds no key that can be read")
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(key)
}

// PublicKey reads what ParsePublicKeyPEM gave: an *rsa.PublicKey or an
// ed25519.PublicKey.
func PublicKey(der []byte) (crypto.PublicKey, error) {
	if len(der) > maxDERBytes {
		return nil, refuse(ReasonKey, "the key is %d bytes long, more than %d", len(der), maxDERBytes)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, refuse(ReasonKey, "the key cannot be read")
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	return key, nil
}

func checkKey(key crypto.PublicKey) error {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return checkRSA(k)
	case ed25519.PublicKey:
		if len(k) != ed25519.PublicKeySize {
			return refuse(ReasonKey, "the Ed25519 key is %d bytes long", len(k))
		}
		return nil
	default:
		return refuse(ReasonKey, "the key is neither RSA nor Ed25519")
	}
}

// checkRSA refuses moduli out of bounds and exponents with which a signature
// proves nothing (1, even numbers).
func checkRSA(k *rsa.PublicKey) error {
	if bits := k.N.BitLen(); bits < minModulusBits || bits > maxModulusBits {
		return refuse(ReasonKey, "the RSA key has %d bits; %d to %d are accepted", bits, minModulusBits, maxModulusBits)
	}
	if k.N.Bit(0) == 0 || k.E < 3 || k.E%2 == 0 {
		return refuse(ReasonKey, "the RSA key has an unusable modulus or exponent")
	}
	return nil
}
