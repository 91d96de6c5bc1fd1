package peers

import (
	"encoding/json"
	"testing"

	"matou/federation/activitystreams"
	"matou/federation/proof"
)

// TestFedifysProof reads a proof that Fedify made.
func TestFedifysProof(t *testing.T) {
	p := startPeer(t, "rfc9421")
	var signed struct {
		Activity json.RawMessage
		Key      struct {
			ID                 string `json:"id"`
			PublicKeyMultibase string `json:"publicKeyMultibase"`
		}
	}
	p.control("signed", map[string]string{"object": "https://hoster.example/ap/notes/1"}, &signed)
	activity, err := activitystreams.Parse(signed.Activity)
	if err != nil {
		t.Fatal(err)
	}
	key, err := proof.ParseMultikey(signed.Key.PublicKeyMultibase)
	if err != nil {
		t.Fatal(err)
	}
	made, err := proof.Parse(activity)
	if err != nil {
		t.Fatalf("%v: %s", err, signed.Activity)
	}
	if err := made.Verify(key); err != nil || made.Method != signed.Key.ID {
		t.Errorf("by %s: %v, want that it holds, by %s: %s", made.Method, err, signed.Key.ID, signed.Activity)
	}
	activity["object"] = "https://hoster.example/ap/notes/2"
	if made, err = proof.Parse(activity); err != nil || made.Verify(key) == nil {
		t.Errorf("it holds for another document, %v", err)
	}
}
