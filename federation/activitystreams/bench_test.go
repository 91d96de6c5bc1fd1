package activitystreams

import (
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

func BenchmarkParse(b *testing.B) {
	raw := testdata(b, "golden/update-hoster.json")
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeHoster(b *testing.B) {
	e, h := testEndpoints(), directorytest.Hoster("Les Lucioles")
	for b.Loop() {
		if _, err := EncodeHoster(e, h, directory.Vocabulary{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeHoster(b *testing.B) {
	actor := testdata(b, "golden/hoster.json")
	services := [][]byte{testdata(b, "golden/service-cloud.json"), testdata(b, "golden/service-pad.json")}
	for b.Loop() {
		if _, _, err := DecodeHoster(actor, services); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeNote(b *testing.B) {
	n := testNotice(directory.NoticeIncident, directory.Identified)
	for b.Loop() {
		if _, err := EncodeNote(testEndpoints(), n, -1, "Les Lucioles", serviceNames()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeNote(b *testing.B) {
	raw := testdata(b, "golden/note-incident.json")
	for b.Loop() {
		if _, err := DecodeNote(raw); err != nil {
			b.Fatal(err)
		}
	}
}
