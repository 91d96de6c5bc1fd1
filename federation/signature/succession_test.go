package signature

import (
	"crypto/rsa"
	"crypto/x509"
	"testing"
	"time"
)

func TestSuccession(t *testing.T) {
	former, next, other := newTestKey(t), newTestKey(t), newTestKey(t)
	said := Succession{
		Actor: "https://hoster.example/ap/actors/a", Former: "https://hoster.example/ap/actors/a#main-key",
		Successor: "https://hoster.example/ap/actors/a#key-2", SuccessorDER: publicDER(t, next),
		At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
	signed, err := said.Sign(former)
	if err != nil {
		t.Fatal(err)
	}
	if err := said.Verify(publicDER(t, former), signed); err != nil {
		t.Errorf("got %v, want that it holds", err)
	}
	if err := said.Verify(publicDER(t, other), signed); err == nil {
		t.Error("it holds for a key that did not sign it")
	}
	for name, change := range map[string]func(*Succession){
		"actor":         func(s *Succession) { s.Actor += "b" },
		"former":        func(s *Succession) { s.Former = s.Successor },
		"successor":     func(s *Succession) { s.Successor += "3" },
		"successor key": func(s *Succession) { s.SuccessorDER = publicDER(t, other) },
		"time":          func(s *Succession) { s.At = s.At.Add(time.Second) },
		"moved lines":   func(s *Succession) { s.Actor, s.Former = s.Actor+"\n"+s.Former, "" },
	} {
		changed := said
		change(&changed)
		if err := changed.Verify(publicDER(t, former), signed); err == nil {
			t.Errorf("%s: it holds for other words", name)
		}
	}
	bad := said
	bad.Former = "a\nb"
	if _, err := bad.Sign(former); err == nil {
		t.Error("an id with a line break was signed")
	}
}

func newTestKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func publicDER(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
