package geo

import (
	"runtime"
	"testing"
)

// BenchmarkParse measures what the first Load costs.
func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var g *Gazetteer
	for b.Loop() {
		var err error
		if g, err = parse(); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-held")
	runtime.KeepAlive(g)
}

func BenchmarkLocate(b *testing.B) {
	g, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"22300", "lannion", "saint", "s", "1000 Bruxelles"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				g.Locate(text)
			}
		})
	}
}
