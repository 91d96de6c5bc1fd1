package exchange_test

import (
	"testing"

	"matou/directory"
	"matou/directory/exchange"
)

func TestFederation(t *testing.T) {
	f, _ := read(t, "https://collectif.example/federation.properties", string(sample(t, "federation.properties")))
	c, warnings, err := exchange.Federation(f)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("got %v, %q", err, sentences(warnings))
	}
	if c.Name != "Collectif d'essai" || c.Slug != "collectif-dessai" || c.Contact.Email != "contact@collectif.example" {
		t.Errorf("got %+v", c)
	}
	listings := []directory.Listing{
		{Hoster: directory.Hoster{ID: "https://chat-droite.example/ap/actors/chat_droite", Handle: "chat_droite"}},
		{Hoster: directory.Hoster{ID: "https://autre.example:8443/ap/actors/chat_droite", Handle: "chat_droite"}},
		{Hoster: directory.Hoster{Handle: "sans_noeud"}, Origin: "https://sans-noeud.example/.well_known/chatonsinfos/org.properties"},
		{Hoster: directory.Hoster{ID: "https://etranger.example/users/x", Handle: "etranger"}},
	}
	var members []exchange.Member
	for _, l := range listings {
		members = append(members, exchange.MemberOf(l))
	}
	out := exchange.ExportFederation(c, "https://annuaire.example/.well-known/chatonsinfos/annuaire.properties", members)
	golden(t, "export-federation.properties", out.Bytes())
	again, _, err := exchange.Federation(out)
	if err != nil || again.Name != c.Name || again.UpdatedAt != c.UpdatedAt || len(out.Subs()) != 3 {
		t.Errorf("read back %+v with %v, %v", again, out.Subs(), err)
	}
}
