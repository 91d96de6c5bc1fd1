package delivery_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"matou/federation/ap"
	"matou/federation/delivery"
	"matou/storage/badger"
)

// BenchmarkWorker measures the worker and a store on disk, without signatures
// and network: one activity to 500 inboxes of as many hosts.
func BenchmarkWorker(b *testing.B) {
	const inboxes = 500
	store, err := badger.Open(badger.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	post := func(context.Context, ap.Delivery, []byte) delivery.Result { return delivery.Classify(202, nil) }
	worker := delivery.New(store, store.Document, post, delivery.Options{})
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	sent := uint64(0)
	for b.Loop() {
		sent += inboxes
		iri := ap.IRI(fmt.Sprintf("https://hoster.example/ap/activities/%09d", sent))
		c := ap.Change{Documents: []ap.Document{{IRI: iri, Type: "Create", Local: true, Body: []byte("{}"), UpdatedAt: time.Now()}}}
		for i := range inboxes {
			c.Deliveries = append(c.Deliveries, ap.Delivery{
				Key: fmt.Sprintf("%026d", sent), Activity: iri, Inbox: inboxOf(fmt.Sprintf("h%d.example", i)),
				Signer: "https://hoster.example/ap/actors/zoe", CreatedAt: time.Now(),
			})
		}
		if _, err := store.Apply(ctx, c); err != nil {
			b.Fatal(err)
		}
		worker.Wake()
		for worker.Stats().Delivered < sent {
			time.Sleep(time.Millisecond)
		}
	}
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "deliveries/s")
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
