package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Succession says that an actor replaced a key by another, in the words that
// the key which goes signs. The words begin like nothing else that an actor's
// key ever signs, so that no signature of a request can be passed off as one.
type Succession struct {
	Actor        string
	Former       string // id of the key that goes
	Successor    string // id of the key that comes
	SuccessorDER []byte // SubjectPublicKeyInfo
	At           time.Time
}

// text is what is signed: one line each.
func (s Succession) text() ([]byte, error) {
	for _, line := range []string{s.Actor, s.Former, s.Successor} {
		if line == "" || hasControl(line) {
			return nil, refuse(ReasonKey, "an id is empty or has control characters")
		}
	}
	sum := sha256.Sum256(s.SuccessorDER)
	return []byte(strings.Join([]string{
		"matou key succession", s.Actor, s.Former, s.Successor, hex.EncodeToString(sum[:]), s.At.UTC().Format(time.RFC3339),
	}, "\n")), nil
}

// Sign signs the words with the key that goes: RSASSA-PKCS1-v1_5 with SHA-256,
// as that key signs requests.
func (s Succession) Sign(former *rsa.PrivateKey) ([]byte, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	signed, err := rsa.SignPKCS1v15(nil, former, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign a succession: %w", err)
	}
	return signed, nil
}

// Verify checks the signature with the key that went, an RSA key as
// SubjectPublicKeyInfo. Refusals are *Error.
func (s Succession) Verify(formerDER, signed []byte) error {
	key, err := PublicKey(formerDER)
	if err != nil {
		return err
	}
	former, ok := key.(*rsa.PublicKey)
	if !ok {
		return refuse(ReasonKey, "the key that went is no RSA key")
	}
	text, err := s.text()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	if rsa.VerifyPKCS1v15(former, crypto.SHA256, sum[:], signed) != nil {
		return refuse(ReasonSignature, "the key that went did not sign this")
	}
	return nil
}
