package proof

import (
	"bytes"
	"crypto/ed25519"
	"strings"

	"matou/directory"
)

// maxMultikey bounds the text of a key: 34 bytes are at most 48 letters.
const maxMultikey = 64

// codec is the multicodec of an Ed25519 public key, 0xed as a varint.
var codec = []byte{0xed, 0x01}

// Multikey gives a public key as the publicKeyMultibase of a Multikey
// (FEP-521a; Controlled Identifiers 2.2.2): base 58, "z6Mk…".
func Multikey(key ed25519.PublicKey) string {
	return multibase(append(bytes.Clone(codec), key...))
}

// ParseMultikey reads a publicKeyMultibase with an Ed25519 key. Errors are
// directory.ErrInvalid.
func ParseMultikey(s string) (ed25519.PublicKey, error) {
	if len(s) > maxMultikey {
		return nil, directory.Invalid("publicKeyMultibase", "is longer than %d bytes", maxMultikey)
	}
	b, err := parseMultibase(s)
	if err != nil {
		return nil, err
	}
	key, ok := bytes.CutPrefix(b, codec)
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, directory.Invalid("publicKeyMultibase", "must be an Ed25519 key")
	}
	return key, nil
}

// digits are base58btc's: no 0, O, I and l, which look like others.
const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// multibase writes b in base58btc, with the letter that says so.
func multibase(b []byte) string {
	zeros := 0
	for zeros < len(b) && b[zeros] == 0 {
		zeros++
	}
	var number []byte // in base 58, the least first
	for _, c := range b {
		carry := int(c)
		for i, d := range number {
			carry += int(d) << 8
			number[i], carry = byte(carry%58), carry/58
		}
		for carry > 0 {
			number = append(number, byte(carry%58))
			carry /= 58
		}
	}
	var s strings.Builder
	s.WriteByte('z')
	for range zeros {
		s.WriteByte(digits[0])
	}
	for i := len(number) - 1; i >= 0; i-- {
		s.WriteByte(digits[number[i]])
	}
	return s.String()
}

// parseMultibase reads what multibase wrote. The caller bounds its length: the
// work grows with its square.
func parseMultibase(s string) ([]byte, error) {
	s, ok := strings.CutPrefix(s, "z")
	if !ok {
		return nil, directory.Invalid("multibase", "must be in base 58, which begins with z")
	}
	zeros := 0
	for zeros < len(s) && s[zeros] == digits[0] {
		zeros++
	}
	var number []byte // in base 256, the least first
	for i := range len(s) {
		carry := strings.IndexByte(digits, s[i])
		if carry < 0 {
			return nil, directory.Invalid("multibase", "has a letter that base 58 does not have")
		}
		for j, d := range number {
			carry += int(d) * 58
			number[j], carry = byte(carry), carry>>8
		}
		for carry > 0 {
			number = append(number, byte(carry))
			carry >>= 8
		}
	}
	out := make([]byte, zeros, zeros+len(number))
	for i := len(number) - 1; i >= 0; i-- {
		out = append(out, number[i])
	}
	return out, nil
}
