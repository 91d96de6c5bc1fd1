package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
)

// modulus is an odd number of exactly that many bits: no key that works, but
// one that must be judged by its size.
func modulus(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.Add(n, big.NewInt(12345))
}

func pkix(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestKeysKeepTheirValue(t *testing.T) {
	key := testKey()
	der, err := MarshalPrivate(key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParsePrivate(der)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Equal(key) {
		t.Error("the private key is another one after a round trip")
	}
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)}))
	for name, text := range map[string]string{
		"as we publish it": PublicPEM(key),
		"PKCS #1":          pkcs1,
		"CR LF":            strings.ReplaceAll(PublicPEM(key), "\n", "\r\n"),
		"no last newline":  strings.TrimSpace(PublicPEM(key)),
	} {
		der, err := ParsePublicKeyPEM(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		public, err := PublicKey(der)
		if err != nil || !key.PublicKey.Equal(public) {
			t.Errorf("%s: the public key is another one: %v", name, err)
		}
	}
}

func TestUnusableKeys(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(testKey())
	if err != nil {
		t.Fatal(err)
	}
	good := PublicPEM(testKey())
	even := modulus(2048)
	even.Add(even, big.NewInt(1))
	for name, text := range map[string]string{
		"empty":                 "",
		"garbage":               "hello",
		"1 MB":                  good + strings.Repeat("\n", 1<<20),
		"two blocks":            good + good,
		"text before":           "x\n" + good,
		"text after":            good + "x",
		"RSA of 512 bits":       pkix(t, &rsa.PublicKey{N: modulus(512), E: 65537}),
		"RSA of 1024 bits":      pkix(t, &rsa.PublicKey{N: modulus(1024), E: 65537}),
		"RSA of 2047 bits":      pkix(t, &rsa.PublicKey{N: modulus(2047), E: 65537}),
		"RSA of 8193 bits":      pkix(t, &rsa.PublicKey{N: modulus(8193), E: 65537}),
		"RSA of 65536 bits":     pkix(t, &rsa.PublicKey{N: modulus(65536), E: 65537}),
		"exponent 1":            pkix(t, &rsa.PublicKey{N: modulus(2048), E: 1}),
		"even exponent":         pkix(t, &rsa.PublicKey{N: modulus(2048), E: 65536}),
		"even modulus":          pkix(t, &rsa.PublicKey{N: even, E: 65537}),
		"elliptic curve":        pkix(t, &curve.PublicKey),
		"a private key":         string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		"a private key, posing": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: private})),
		"not DER":               string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("hello")})),
	} {
		der, err := ParsePublicKeyPEM(text)
		if got := reason(t, err); got != ReasonKey || der != nil {
			t.Errorf("%s: reason %q and %d bytes, want %q and none", name, got, len(der), ReasonKey)
		}
	}
	for _, bits := range []uint{2048, 4096, 8192} {
		if _, err := ParsePublicKeyPEM(pkix(t, &rsa.PublicKey{N: modulus(bits), E: 65537})); err != nil {
			t.Errorf("RSA of %d bits: %v", bits, err)
		}
	}
}

func FuzzParsePublicKeyPEM(f *testing.F) {
	f.Add(PublicPEM(testKey()))
	f.Add("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		der, err := ParsePublicKeyPEM(text)
		if err != nil {
			return
		}
		key, err := PublicKey(der)
		if err != nil {
			t.Fatalf("what was kept cannot be read: %v", err)
		}
		switch key.(type) {
		case *rsa.PublicKey, ed25519.PublicKey:
		default:
			t.Fatalf("a key of type %T was accepted", key)
		}
	})
}
